//! What the page knows: the Summary, the View, and the Report that follows from the two.
//!
//! Everything shown is derived from here. Nothing is computed beside the Report, so page, saved
//! file and command line cannot differ.

use super::format;
use super::theme::Theme;
use crate::engine::message::Input;
use crate::log::Task;
use crate::read::ReadError;
use crate::report::view::View;
use crate::report::{Choices, Missing, Report};
use crate::summary::Summary;
use crate::table::time::Time;
use crate::web::client::{Client, Progress};
use crate::web::timing;
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::File;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Work {
    /// Looking into the start of files.
    Look,
    /// Reading, joining, summarising.
    Run(Progress),
    /// Going back to the rows for a view that the Summary cannot answer.
    Refine,
}

/// The state of the page; copies share it.
#[derive(Clone, Copy)]
pub struct App {
    /// The workers.
    pub client: StoredValue<Client, LocalStorage>,
    /// The files themselves, beside `inputs`.
    pub files: StoredValue<Vec<File>, LocalStorage>,
    /// Counts the runs, so that one that was overtaken keeps still.
    pub turn: StoredValue<u64>,
    /// The files that were looked into, with the roles in force.
    pub inputs: RwSignal<Vec<Input>>,
    /// The counts that everything shown follows from.
    pub summary: RwSignal<Option<Arc<Summary>>>,
    /// What the reader chose.
    pub view: RwSignal<View>,
    /// What the reader sees.
    pub report: Memo<Option<Arc<Report>>>,
    /// What the Summary lacked for it.
    pub missing: Memo<Missing>,
    /// The View that rows were last gone back to for.
    pub asked: StoredValue<Option<View>>,
    /// What the reader may choose from.
    pub choices: Memo<Choices>,
    /// The work under way.
    pub work: RwSignal<Option<Work>>,
    /// What went wrong and was not dismissed.
    pub errors: RwSignal<Vec<ReadError>>,
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// The window under the pointer, in every chart at once.
    pub hovered: RwSignal<Option<usize>>,
    /// The period marked on the timeline and not yet used.
    pub brush: RwSignal<Option<(Time, Time)>>,
    /// The metric of the large chart; `None`: the one that the health sentence is about.
    pub metric: RwSignal<Option<String>>,
    /// Whether the files and their columns are shown.
    pub panel: RwSignal<bool>,
    /// Whether this is a saved report, which has no files.
    pub saved: bool,
}

impl App {
    /// The state at the start; a saved report starts with its Summary.
    pub fn new(client: Client, saved: Option<Summary>, view: View) -> Self {
        let (saved, summary) = (saved.is_some(), saved);
        let summary = RwSignal::new(summary.map(Arc::new));
        let view = RwSignal::new(view);
        let made = Memo::new(move |_| {
            let summary = summary.get()?;
            let began = timing::now();
            let (report, missing) = view.with(|v| Report::with_missing(&summary, v));
            timing::measure(timing::REPORT, began);
            Some((Arc::new(report), missing))
        });
        let report = Memo::new(move |_| made.with(|m| m.as_ref().map(|m| m.0.clone())));
        let missing =
            Memo::new(move |_| made.with(|m| m.as_ref().map(|m| m.1.clone()).unwrap_or_default()));
        let choices = Memo::new(move |_| {
            summary.with(|s| s.as_ref().map(|s| Choices::of(s)).unwrap_or_default())
        });
        Self {
            client: StoredValue::new_local(client),
            files: StoredValue::new_local(Vec::new()),
            turn: StoredValue::new(0),
            inputs: RwSignal::default(),
            summary,
            view,
            report,
            missing,
            choices,
            asked: StoredValue::new(None),
            work: RwSignal::default(),
            errors: RwSignal::default(),
            theme: RwSignal::new(Theme::stored()),
            hovered: RwSignal::default(),
            brush: RwSignal::default(),
            metric: RwSignal::default(),
            panel: RwSignal::new(false),
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
        Memo::new(move |_| matches!(self.work.get(), Some(Work::Look | Work::Run(_))))
    }

    /// Whether there is a Report.
    pub fn ready(self) -> Memo<bool> {
        Memo::new(move |_| self.summary.with(Option::is_some))
    }

    /// Whether there are requests only, without predictions: then nothing is right or wrong.
    pub fn serves_only(self) -> Memo<bool> {
        self.part(|r| r.task == Task::Service)
    }

    /// A period of the Report in words.
    pub fn period(self, from: Time, to: Time) -> String {
        let timed = self.report.with(|r| r.as_ref().is_none_or(|r| r.timed));
        format::period(timed, from, to)
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
