//! What the page knows: the Summary, the View, and the Report that follows from the two.
//!
//! Everything shown is derived from here. Nothing is computed beside the Report, so page, saved
//! file and command line cannot differ.

use super::expectations::Expected;
use super::format;
use super::live::Metrics;
use super::streams::Streams;
use super::theme::Theme;
use crate::check::{Rules, Verdicts};
use crate::engine::message::Input;
use crate::engine::pace::Looks;
use crate::engine::{Depth, Mode};
use crate::log::Task;
use crate::metric::Info;
use crate::read::ReadError;
use crate::report::view::View;
use crate::report::{Choices, Missing, Report};
use crate::summary::Summary;
use crate::table::time::Time;
use crate::web::client::{Client, Progress};
use crate::web::files::Given;
use crate::web::look::Served;
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::File;

/// What is being done.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Looking into the start of files, and unpacking those that hold others.
    Look(Looks),
    /// Opening what a saved report carries.
    Open,
    /// Reading, joining, summarising.
    Run(Progress),
    /// Going back to the rows for a view that the Summary cannot answer.
    Refine,
}

/// A Report and what it was made of.
#[derive(Clone, Debug)]
pub struct Made {
    /// The counts.
    pub summary: Arc<Summary>,
    /// What the reader chose.
    pub view: View,
    /// What they expect of the columns.
    pub expected: Option<Arc<Expected>>,
    /// What came of them.
    pub report: Arc<Report>,
    /// What the Summary lacked for it.
    pub missing: Missing,
}

/// What of the Report only rows tell, and is about to come from them. Its place is kept, so that nothing moves
/// away from the reader when it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Awaited {
    /// How columns differ from the baseline.
    pub drift: bool,
    /// What metrics are expected to be where outcomes are not known.
    pub estimates: bool,
    /// How errors are distributed.
    pub residuals: bool,
    /// The curves of each of several classes.
    pub class_curves: bool,
}

impl Awaited {
    fn of(missing: &Missing) -> Self {
        Self {
            drift: missing.drift.is_some() || missing.profile.is_some() || missing.series.is_some(),
            estimates: missing.estimates.is_some(),
            residuals: missing.residuals.is_some(),
            class_curves: !missing.class_curves.is_empty(),
        }
    }
}

/// What was asked of the rows last: the view, what is expected of it, and how deep.
pub type Asked = (View, Option<Arc<Expected>>, Depth);

/// The state of the page; copies share it.
#[derive(Clone, Copy)]
pub struct App {
    /// The workers.
    pub client: StoredValue<Client, LocalStorage>,
    /// The files themselves, those of each beside `inputs`.
    pub files: StoredValue<Vec<Vec<File>>, LocalStorage>,
    /// Counts the runs, so that one that was overtaken keeps still.
    pub turn: StoredValue<u64>,
    /// The files that were looked into, with the roles in force.
    pub inputs: RwSignal<Vec<Input>>,
    /// What files of a service say.
    pub served: RwSignal<Vec<Served>>,
    /// Whether rows are kept.
    pub mode: RwSignal<Mode>,
    /// Live sources of metrics.
    pub metrics: Metrics,
    /// Live sources of rows.
    pub streams: Streams,
    /// The counts of the files alone, where there are files.
    pub read: StoredValue<Option<Arc<Summary>>>,
    /// Whether the reader is about to connect.
    pub connecting: RwSignal<bool>,
    /// The counts that everything shown follows from.
    pub summary: RwSignal<Option<Arc<Summary>>>,
    /// What the reader chose.
    pub view: RwSignal<View>,
    /// The Report that was made last, and of what; it comes a few frames after what it is made of.
    pub made: RwSignal<Option<Made>>,
    /// What the reader sees in this part of the page ([`super::turn`]).
    pub report: Signal<Option<Arc<Report>>>,
    /// What is yet to come of it.
    pub awaited: Signal<Awaited>,
    /// Whether rows were asked last, and could not tell.
    pub unanswered: RwSignal<bool>,
    /// Parts of the page that have yet to show the Report that was made last.
    pub behind: RwSignal<usize>,
    /// The View and the expectations that rows were last gone back to for, and how far.
    pub asked: StoredValue<Option<Asked>>,
    /// Questions to the rows that are not answered yet.
    pub asking: StoredValue<usize>,
    /// What the reader may choose from.
    pub choices: Memo<Choices>,
    /// The work under way.
    pub work: RwSignal<Option<Work>>,
    /// How much of a refinement that takes its time is done, between 0 and 1.
    pub refined: RwSignal<Option<f64>>,
    /// What went wrong and was not dismissed.
    pub errors: RwSignal<Vec<ReadError>>,
    /// What was found beside the tables and left out, and why.
    pub left_out: RwSignal<Vec<ReadError>>,
    /// Files that were refused for they have lost their end: they are looked into again beside those given next.
    pub early: StoredValue<Vec<Given>, LocalStorage>,
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// The window under the pointer, in every chart at once.
    pub hovered: RwSignal<Option<usize>>,
    /// The period that is marked in charts; the View has it only where it is shared or saved, for it changes nothing else.
    pub brush: RwSignal<Option<(Time, Time)>>,
    /// The metric of the large chart; `None`: the one that the health sentence is about.
    pub metric: RwSignal<Option<String>>,
    /// What is told of the number that was clicked last.
    pub telling: RwSignal<Option<&'static Info>>,
    /// Whether the files and their columns are shown.
    pub panel: RwSignal<bool>,
    /// The rules that the reader opened or asked for; they are judged in the View, whatever theirs was.
    pub rules: RwSignal<Option<Arc<Rules>>>,
    /// What the reader expects of the columns, where they say so.
    pub expected: RwSignal<Option<Arc<Expected>>>,
    /// The verdicts on them, and whether nothing that they need is still to come ([`super::verdicts`]).
    pub verdicts: RwSignal<Option<(Arc<Verdicts>, bool)>>,
    /// Whether this is a saved report, which has no files.
    pub saved: bool,
}

impl App {
    /// The state at the start, in a saved report or not.
    pub fn new(client: Client, saved: bool, view: View) -> Self {
        let summary = RwSignal::new(None::<Arc<Summary>>);
        let mut view = view;
        let brush = RwSignal::new(view.marked.take());
        let view = RwSignal::new(view);
        let made = RwSignal::new(None::<Made>);
        let report = Signal::derive(move || {
            made.with(|made| made.as_ref().map(|made| Arc::clone(&made.report)))
        });
        let unanswered = RwSignal::new(false);
        // Most Reports follow one of which as little was to come; what waits is not built anew for them.
        let awaited = Memo::new(move |_| {
            let made = made.with(|made| made.as_ref().map(|made| Awaited::of(&made.missing)));
            made.filter(|_| !saved && !unanswered.get())
                .unwrap_or_default()
        });
        let choices = Memo::new(move |_| {
            summary.with(|s| s.as_ref().map(|s| Choices::of(s)).unwrap_or_default())
        });
        Self {
            client: StoredValue::new_local(client),
            files: StoredValue::new_local(Vec::new()),
            turn: StoredValue::new(0),
            inputs: RwSignal::default(),
            served: RwSignal::default(),
            mode: RwSignal::default(),
            metrics: Metrics::default(),
            streams: Streams::default(),
            read: StoredValue::new(None),
            connecting: RwSignal::new(false),
            summary,
            view,
            made,
            report,
            awaited: awaited.into(),
            unanswered,
            behind: RwSignal::default(),
            choices,
            asked: StoredValue::new(None),
            asking: StoredValue::new(0),
            work: RwSignal::default(),
            refined: RwSignal::default(),
            errors: RwSignal::default(),
            left_out: RwSignal::default(),
            early: StoredValue::new_local(Vec::new()),
            theme: RwSignal::new(Theme::stored()),
            hovered: RwSignal::default(),
            brush,
            metric: RwSignal::default(),
            telling: RwSignal::new(None),
            panel: RwSignal::new(false),
            rules: RwSignal::default(),
            expected: RwSignal::default(),
            verdicts: RwSignal::default(),
            saved,
        }
    }

    /// A part of the Report; what depends on it changes only when that part does.
    pub fn part<T, F>(self, of: F) -> Memo<T>
    where
        T: Clone + Default + PartialEq + Send + Sync + 'static,
        F: Fn(&Report) -> T + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.report
                .with(|r| r.as_ref().map(|r| of(r)).unwrap_or_default())
        })
    }

    /// Whether rows are being read; a refinement in the making disturbs nobody.
    pub fn reading(self) -> Memo<bool> {
        Memo::new(move |_| {
            matches!(
                self.work.get(),
                Some(Work::Look(_) | Work::Open | Work::Run(_))
            )
        })
    }

    /// Whether there is a Report.
    pub fn ready(self) -> Memo<bool> {
        Memo::new(move |_| self.made.with(Option::is_some))
    }

    /// Whether what is shown is about to change: rows are read, a Report is made, or parts of the page
    /// have yet to show it.
    pub fn busy(self) -> Memo<bool> {
        let reading = self.reading();
        let made = Memo::new(move |_| {
            let of = |made: &Made, summary: &Arc<Summary>| {
                self.view.with(|view| made.view == *view)
                    && self.expected.with(|expected| made.expected == *expected)
                    && Arc::ptr_eq(&made.summary, summary)
            };
            self.summary.with(|summary| {
                self.made.with(|made| match (made, summary) {
                    (Some(made), Some(summary)) => of(made, summary),
                    (made, summary) => made.is_none() && summary.is_none(),
                })
            })
        });
        Memo::new(move |_| reading.get() || !made.get() || self.behind.get() > 0)
    }

    /// Whether there are requests only, without predictions: then nothing is right or wrong.
    pub fn serves_only(self) -> Memo<bool> {
        self.part(|r| r.task == Task::Service)
    }

    /// Whether files were given.
    pub fn has_files(self) -> bool {
        self.inputs.with(|i| !i.is_empty()) || self.served.with(|s| !s.is_empty())
    }

    /// Whether there is nothing but what files of a service say.
    pub fn of_machine(self) -> Memo<bool> {
        self.part(|r| {
            r.task == Task::Service && r.windows.is_empty() && r.resources.service.is_some()
        })
    }

    /// Whether there is something to draw on one axis of time.
    pub fn on_axis(self) -> Memo<bool> {
        self.part(|r| r.resources.service.is_some() || r.timed && r.windows.len() > 1)
    }

    /// Whether there are windows whose outcomes are not in yet, and of which something is expected, or will be
    /// once the rows have told.
    pub fn expects(self) -> Memo<bool> {
        let of = self.part(|r| {
            let waits = r.windows.iter().any(|w| !w.mature);
            (waits, r.estimated.is_some())
        });
        Memo::new(move |_| {
            let (waits, told) = of.get();
            waits && (told || self.awaited.get().estimates)
        })
    }

    /// Whether there are requests of which more is known than that they came.
    pub fn serves(self) -> Memo<bool> {
        self.part(|r| {
            let known = r.resources.metrics.keys().any(|n| n != "requests");
            r.task == Task::Service && known
        })
    }

    /// A period of the Report in words.
    pub fn period(self, from: Time, to: Time) -> String {
        let timed = self.report.with(|r| r.as_ref().is_none_or(|r| r.timed));
        format::period(timed, from, to)
    }

    /// What the reader chose, with the period that is marked: as it is shared and saved.
    pub fn shared_view(self) -> View {
        View {
            marked: self.brush.get(),
            ..self.view.get()
        }
    }

    /// Takes a view as it was shared, with its marked period.
    pub fn take_view(self, mut view: View) {
        let marked = view.marked.take();
        if self.brush.get_untracked() != marked {
            self.brush.set(marked);
        }
        if self.view.with_untracked(|now| *now != view) {
            self.view.set(view);
        }
    }

    /// Changes what the reader chose.
    pub fn choose(self, change: impl FnOnce(&mut View)) {
        self.view.update(change);
    }
}

/// The state of the page that a component is in.
pub fn app() -> App {
    expect_context::<App>()
}
