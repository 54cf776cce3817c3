//! Prometheus's HTTP API, as Prometheus, Thanos, Mimir and VictoriaMetrics have it.
//!
//! What is asked, in this order, and what a server has to answer for it:
//!
//! 1. `GET …/api/v1/label/__name__/values?start=…&end=…`: which metrics there are; again every ten minutes.
//! 2. `GET …/api/v1/metadata`: which of them are counters. Not every server tells; then their names have to do.
//! 3. The time that is looked back on. Where samples as they were scraped would be too many,
//!    `GET …/api/v1/query_range?query=…&start=…&end=…&step=N` in chunks of fewer than 11 000 points a series, which is
//!    what Prometheus gives at most. The query is `last_over_time({__name__=~"a|b|c"}[Ns])`, so that a step in which
//!    nothing was scraped has no value; a plain range would tell the last one for five minutes more. Before it
//!    `timestamp(up)` of the same range, which tells when that was scraped; a server need not answer it.
//! 4. `GET …/api/v1/query?query=…&time=…`: what is new, or all where it is not too much. The query is
//!    `{__name__=~"a|b|c"}[Nms]`: samples come with the times at which they were scraped. A server that does not take
//!    it (status 400, 404, 405 or 422) is asked for ranges as in 3.
//!
//! Each question reaches some way back into what was asked before, because samples come in late; what is known
//! already is dropped, series by series. A question that is too long for an address goes as a form (`POST`), which
//! needs no leave of the server (CORS) either.

mod far;
mod help;
mod scrapes;
mod sign_in;
mod tools;
mod words;

pub use sign_in::SignIn;

use super::source::{
    Answer, Ask, Came, Fault, Gap, Instant, Method, Next, Offer, Piece, SECOND, Source, Unreached,
};
use crate::series::read::answered;
use crate::series::{Key, Kind, SeriesSet, Values};
use scrapes::Scrapes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tools::Tool;

/// Points of a series that a look back asks for at most; for a longer one they are farther apart.
pub const POINTS: i64 = 1_920;
/// Points of a series in one answer at most; Prometheus refuses more than 11 000.
const MOST_POINTS: i64 = 10_000;
/// Points in one answer at most, over all series: some 40 MB.
const MOST_VALUES: i64 = 1_000_000;
/// How far a question reaches back into the one before it, at least and at most.
const OVERLAP: (Instant, Instant) = (30 * SECOND, 120 * SECOND);
/// How often it is asked which metrics there are.
const LIST_EVERY: Instant = 60 * SECOND;
/// The same at first, when a server may just have begun to scrape, and how long that lasts.
const LIST_FIRST: Instant = 10 * SECOND;
const FIRST: Instant = 120 * SECOND;
/// Series that are told apart at most; others are left out, and it is said.
const MOST_SERIES: usize = 20_000;
/// Longest query that goes in an address.
const LONG: usize = 3_000;

/// Where the API is below the address that a reader gives: Prometheus and Thanos, Mimir, VictoriaMetrics's cluster.
const PREFIXES: [&str; 3] = ["", "/prometheus", "/select/0/prometheus"];

/// What a reader says of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Its address, as a reader writes it: `localhost:9090`.
    pub url: String,
    /// Who asks.
    pub sign_in: SignIn,
    /// Whose metrics, where a server keeps those of several (`X-Scope-OrgID`); empty where it does not.
    pub tenant: String,
    /// How far to look back.
    pub back: Instant,
    /// How often to ask for what is new.
    pub every: Instant,
    /// Where this page is from, for words on what a server has to allow.
    pub origin: String,
}

/// A question that is open.
#[derive(Clone, Debug)]
enum Asked {
    Names,
    Kinds,
    Scrapes(Instant, Instant, Instant),
    Samples {
        tools: Vec<usize>,
        from: Instant,
        to: Instant,
        step: Option<Instant>,
    },
}

/// A server with Prometheus's API.
pub struct Prometheus {
    settings: Settings,
    base: String,
    prefix: usize,
    started: Option<Instant>,
    listed: Option<Instant>,
    kinds: Option<BTreeMap<String, Kind>>,
    tools: Vec<Tool>,
    /// Whether samples can be had as they were scraped.
    raw: bool,
    /// When the points of the range that is asked for next were scraped.
    scrapes: Option<Scrapes>,
    /// Points of a series that the next look back asks for.
    points: i64,
    /// The last sample of each series.
    last: BTreeMap<Key, Instant>,
    newest: Option<Instant>,
    /// How far apart samples are, as far as is known.
    apart: Instant,
    crowded: bool,
    asked: Option<Asked>,
}

impl Prometheus {
    /// A server, not asked yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let every = settings.every.max(SECOND);
        Self {
            base: words::address(&settings.url),
            settings: Settings { every, ..settings },
            prefix: 0,
            started: None,
            listed: None,
            kinds: None,
            tools: Vec::new(),
            raw: true,
            scrapes: None,
            points: MOST_POINTS,
            last: BTreeMap::new(),
            newest: None,
            apart: 0,
            crowded: false,
            asked: None,
        }
    }

    /// Where the look back begins.
    fn from(&self) -> Instant {
        self.started.unwrap_or_default() - self.settings.back.max(self.settings.every)
    }

    /// How far apart points of the look back are: as samples are, or farther where they would be too many.
    fn step(&self) -> Instant {
        let every = self.settings.every;
        let fits = self.settings.back.max(0) / POINTS;
        (fits.div_euclid(every) + i64::from(fits % every > 0)).max(1) * every
    }

    /// The step of the report that suits this look back and pace ([`crate::series::Step`]).
    #[must_use]
    pub fn report_step(settings: &Settings) -> crate::series::Step {
        let step = Self::new(settings.clone()).step();
        crate::series::Step::at_least(step.saturating_mul(4))
    }

    /// What asks the server for its time ([`super::clock`]).
    #[must_use]
    pub fn clock(&self) -> Ask {
        self.ask("query", &[("query", "time()".into())])
    }

    fn ask(&self, path: &str, pairs: &[(&str, String)]) -> Ask {
        let form = words::form(pairs);
        let url = format!("{}{}/api/v1/{path}", self.base, PREFIXES[self.prefix]);
        let mut ask = match (form.is_empty(), form.len() > LONG) {
            (true, _) => Ask::get(url),
            (_, false) => Ask::get(format!("{url}?{form}")),
            (_, true) => Ask {
                method: Method::Post,
                body: form.into_bytes(),
                ..Ask::get(url)
            }
            .with("Content-Type", "application/x-www-form-urlencoded"),
        };
        if let Some(value) = self.settings.sign_in.header() {
            ask = ask.with("Authorization", value);
        }
        if !self.settings.tenant.is_empty() {
            ask = ask.with("X-Scope-OrgID", self.settings.tenant.clone());
        }
        ask
    }

    /// The next stretch of time, and the tools that it is asked of.
    fn stretch(&self, now: Instant) -> Option<(Vec<usize>, Instant)> {
        let chosen = || self.tools.iter().enumerate().filter(|t| t.1.offer.chosen);
        let from = chosen().map(|t| t.1.upto).min()?;
        (from + self.settings.every <= now).then(|| {
            let behind = chosen().filter(|t| t.1.upto == from).map(|t| t.0);
            (behind.collect(), from)
        })
    }

    fn ask_samples(&mut self, now: Instant, (tools, from): (Vec<usize>, Instant)) -> Ask {
        let every = self.settings.every;
        let started = self.started.unwrap_or(now);
        let names = tools.iter().filter_map(|t| self.tools.get(*t));
        let names: Vec<&str> = names
            .flat_map(|t| t.names.iter().map(String::as_str))
            .collect();
        let series = self.last.len().max(names.len()) as i64;
        let points = (MOST_VALUES / series.max(1)).clamp(10, self.points);
        let step = self.step();
        let thinned = step > every && from < started - every;
        let step = match (self.raw, thinned) {
            (_, true) => Some(step),
            (false, false) => Some(every),
            (true, false) => None,
        };
        let selector = words::selector(&names);
        if let Some(step) = step {
            let start = from.div_euclid(step) * step + step;
            let end = (start + (points - 1) * step).min(now).div_euclid(step) * step;
            let to = end.max(from + every.min(step));
            let range = [
                ("start", words::seconds(start)),
                ("end", words::seconds(end.max(start))),
                ("step", words::seconds(step)),
            ];
            let known = |s: &Scrapes| s.are_of((start, end, step));
            if self.raw && !self.scrapes.as_ref().is_some_and(known) {
                // Only what is followed by samples as they were scraped has to fit these.
                self.asked = Some(Asked::Scrapes(start, end, step));
                return self.ask_range(scrapes::QUERY.into(), range);
            }
            self.asked = Some(Asked::Samples {
                tools,
                from: start,
                to,
                step: Some(step),
            });
            let query = format!("last_over_time({selector}[{}s])", step / SECOND);
            self.ask_range(query, range)
        } else {
            let to = (from + points * every).min(now);
            let overlap = match self.newest {
                Some(_) => (2 * every).clamp(OVERLAP.0, OVERLAP.1),
                None => 0,
            };
            self.asked = Some(Asked::Samples {
                tools,
                from: from - overlap,
                to,
                step: None,
            });
            let query = format!("{selector}[{}ms]", (to - from + overlap) / 1_000);
            let pairs = [("query", query), ("time", words::seconds(to))];
            self.ask("query", &pairs)
        }
    }

    fn ask_range(&self, query: String, range: [(&str, String); 3]) -> Ask {
        let pairs: Vec<(&str, String)> = [("query", query)].into_iter().chain(range).collect();
        self.ask("query_range", &pairs)
    }

    fn take_names(&mut self, now: Instant, answer: &Answer) -> Result<Vec<Piece>, Fault> {
        if answer.status == 404 && self.listed.is_none() && self.prefix + 1 < PREFIXES.len() {
            self.prefix += 1;
            return Ok(Vec::new());
        }
        let data = match data(answer, now) {
            Ok(data) => data,
            Err(fault) if self.listed.is_none() => return Err(self.at_home(answer, fault)),
            Err(_) => {
                // What is known of names goes on; the samples will tell what is wrong.
                self.listed = Some(now);
                return Ok(Vec::new());
            }
        };
        let names = data.as_array().into_iter().flatten();
        let names: BTreeSet<&str> = names.filter_map(Value::as_str).collect();
        let first = self.listed.is_none();
        self.listed = Some(now);
        self.started.get_or_insert(now);
        let from = self.from();
        let found = tools::of(&names);
        let changed = first || found.len() != self.tools.len();
        for mut tool in found {
            match self.tools.iter_mut().find(|t| t.offer.id == tool.offer.id) {
                Some(known) => known.names = tool.names,
                None => {
                    tool.upto = if first { from } else { now };
                    self.tools.push(tool);
                }
            }
        }
        if self.tools.is_empty() {
            self.listed = None;
            return Err(Fault::later(format!("{} has no metrics yet.", self.name())));
        }
        Ok(match changed {
            true => vec![Piece::Offers(self.offers())],
            false => Vec::new(),
        })
    }

    fn offers(&self) -> Vec<Offer> {
        self.tools.iter().map(|t| t.offer.clone()).collect()
    }

    /// An answer that is none of this API is told as such.
    fn at_home(&self, answer: &Answer, fault: Fault) -> Fault {
        let is_page = answer.body.trim_ascii_start().first() != Some(&b'{');
        match answer.is_ok() && is_page || answer.status == 404 {
            true => Fault::never(
                format!("There is no Prometheus API at {}.", self.base),
                "Give the address that its own page has, without what follows the host and its path: http://localhost:9090.",
            ),
            false => fault,
        }
    }

    fn take_samples(
        &mut self,
        now: Instant,
        answer: &Answer,
        (tools, (from, to), step): (&[usize], (Instant, Instant), Option<Instant>),
    ) -> Result<Vec<Piece>, Fault> {
        if matches!(answer.status, 400 | 404 | 405 | 422) {
            let too_much = answer
                .body
                .windows(8)
                .any(|w| w.eq_ignore_ascii_case(b"too many") || w == b"11,000 p");
            if too_much && self.points > 20 {
                self.points /= 4;
                return Ok(Vec::new());
            }
            if step.is_none() {
                self.raw = false;
                return Ok(Vec::new());
            }
        }
        let value = json(answer, now)?;
        let mut set = SeriesSet::default();
        answered(&words::host(&self.base), &value, &mut set)
            .map_err(|why| Fault::later(format!("{why}.")))?;
        let far = far::set_aside(&mut set, (from, to));
        if let Some(scrapes) = self.scrapes.take().filter(|_| step.is_some()) {
            scrapes.date(&mut set);
        }
        let mut pieces = self.fresh(&set);
        let gaps = self.gaps(&set, step);
        pieces.splice(0..0, gaps);
        pieces.extend(far.map(Piece::Far));
        for tool in tools {
            if let Some(tool) = self.tools.get_mut(*tool) {
                tool.upto = to;
            }
        }
        Ok(pieces)
    }

    /// The times in which the server has nothing at all, though it was running before.
    fn gaps(&mut self, set: &SeriesSet, step: Option<Instant>) -> Vec<Piece> {
        let known = self.newest.unwrap_or(Instant::MIN);
        let mut times: Vec<Instant> = self.newest.into_iter().collect();
        for series in set.series().values() {
            let new = series.times.partition_point(|t| *t <= known);
            times.extend(&series.times[new..]);
        }
        times.sort_unstable();
        times.dedup();
        self.newest = times.last().copied();
        let pace = self.settings.every.max(self.apart);
        let most = 3 * pace.max(step.unwrap_or(0));
        let long = times.windows(2).filter(|p| p[1] - p[0] > most);
        long.map(|p| {
            Piece::Gap(Gap {
                from: p[0],
                to: p[1],
                why: "the server has nothing of that time".into(),
            })
        })
        .collect()
    }

    /// What is not known yet of an answer.
    fn fresh(&mut self, set: &SeriesSet) -> Vec<Piece> {
        let mut out = SeriesSet::default();
        let mut apart: Vec<Instant> = Vec::new();
        let mut left_out = 0_u64;
        for (key, series) in set.series() {
            let known = self.last.get(key).copied();
            if known.is_none() && self.last.len() >= MOST_SERIES {
                left_out += 1;
                continue;
            }
            let kinds = self.kinds.as_ref();
            let kind = kinds.and_then(|k| k.get(&key.name)).copied();
            let kind = kind.unwrap_or(series.kind);
            let from = known.map_or(0, |last| series.times.partition_point(|t| *t <= last));
            for i in from..series.times.len() {
                let time = series.times[i];
                match &series.values {
                    Values::Numbers(numbers) => {
                        out.add(key.clone(), kind, &series.unit, time, numbers[i]);
                    }
                    Values::Natives(natives) => {
                        out.add_native(
                            key.clone(),
                            series.kind,
                            &series.unit,
                            time,
                            natives[i].clone(),
                        );
                    }
                }
            }
            // Of two samples a gap may lie between.
            if series.times.len() > 2 {
                apart.extend(series.times.windows(2).map(|p| p[1] - p[0]).min());
            }
            if let Some(last) = series.times.last().copied() {
                self.last
                    .insert(key.clone(), known.map_or(last, |k| k.max(last)));
            }
        }
        if !apart.is_empty() {
            let middle = apart.len() / 2;
            self.apart = *apart.select_nth_unstable(middle).1;
        }
        let mut pieces = Vec::new();
        if left_out > 0 && !self.crowded {
            self.crowded = true;
            pieces.push(Piece::Note(format!(
                "The server has more than {MOST_SERIES} series of these metrics; the others are left out."
            )));
        }
        if !out.is_empty() {
            pieces.push(Piece::Samples(out));
        }
        pieces
    }
}

impl Source for Prometheus {
    fn name(&self) -> String {
        let product = help::product(&self.base, self.prefix);
        format!("{product} at {}", words::host(&self.base))
    }

    fn next(&mut self, now: Instant) -> Next {
        let started = *self.started.get_or_insert(now);
        let stretch = self.stretch(now);
        let every = match now - started < FIRST {
            true => LIST_FIRST,
            false => LIST_EVERY,
        };
        let stale = self.listed.is_none_or(|at| now - at >= every);
        if self.listed.is_none() || stale && stretch.as_ref().is_none_or(|s| s.1 >= started) {
            self.asked = Some(Asked::Names);
            let from = now - self.settings.back.max(3_600 * SECOND);
            let pairs = [
                ("start", words::seconds(from)),
                ("end", words::seconds(now)),
            ];
            return Next::Ask(self.ask("label/__name__/values", &pairs));
        }
        if self.kinds.is_none() {
            self.asked = Some(Asked::Kinds);
            return Next::Ask(self.ask("metadata", &[]));
        }
        match stretch {
            Some(stretch) => Next::Ask(self.ask_samples(now, stretch)),
            None => {
                let chosen = self.tools.iter().filter(|t| t.offer.chosen);
                let from = chosen.map(|t| t.upto).min().unwrap_or(now);
                Next::Wait(from + self.settings.every)
            }
        }
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        let (Came::Answer(answer), Some(asked)) = (came, self.asked.take()) else {
            return Ok(Vec::new());
        };
        match asked {
            Asked::Names => self.take_names(now, &answer),
            Asked::Kinds => {
                // Nobody needs it who has names.
                let told = data(&answer, now).ok();
                self.kinds = Some(told.as_ref().map(tools::kinds).unwrap_or_default());
                Ok(Vec::new())
            }
            Asked::Scrapes(start, end, step) => {
                // Without them the points keep their times.
                let told = json(&answer, now).ok();
                let mut set = SeriesSet::default();
                let host = words::host(&self.base);
                let read = told.and_then(|told| answered(&host, &told, &mut set).ok());
                self.scrapes = Some(Scrapes::of((start, end, step), read.map(|_| &set)));
                Ok(Vec::new())
            }
            Asked::Samples {
                tools,
                from,
                to,
                step,
            } => self.take_samples(now, &answer, (&tools, (from, to), step)),
        }
    }

    fn lost(&mut self, _now: Instant) {
        self.asked = None;
    }

    fn choose(&mut self, ids: &[String]) {
        let more = |t: &Tool| !t.offer.chosen && ids.contains(&t.offer.id);
        let again = self.tools.iter().any(more);
        for tool in &mut self.tools {
            tool.offer.chosen = ids.contains(&tool.offer.id);
        }
        if again {
            // Looked back on once more, so that all of it has the same steps.
            let from = self.from();
            self.tools.iter_mut().for_each(|t| t.upto = from);
            self.last.clear();
            self.newest = None;
        }
    }

    fn is_behind(&self, now: Instant) -> bool {
        let chosen = self.tools.iter().filter(|t| t.offer.chosen);
        let upto = chosen.map(|t| t.upto).min();
        self.listed.is_none() || upto.is_some_and(|upto| upto < now - 3 * self.settings.every)
    }

    fn patience(&self) -> Instant {
        // A long look back takes a server its time.
        60 * SECOND
    }

    fn unreached(&self, why: Unreached) -> Fault {
        help::unreached(&self.name(), (&self.base, self.prefix), &self.settings, why)
    }
}

/// The JSON of an answer.
fn json(answer: &Answer, now: Instant) -> Result<Value, Fault> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if !answer.is_ok() {
        let told = value.as_ref().and_then(|v| v.get("error")?.as_str());
        let fault = answer.fault(now);
        return Err(match told {
            Some(told) => Fault {
                why: format!("{} It says: {told}.", fault.why),
                ..fault
            },
            None => fault,
        });
    }
    value.ok_or_else(|| Fault::later("The answer is no JSON, or was cut off."))
}

/// What is in the envelope of an answer.
fn data(answer: &Answer, now: Instant) -> Result<Value, Fault> {
    let mut value = json(answer, now)?;
    match value.get_mut("data") {
        Some(data) => Ok(data.take()),
        None => Err(Fault::later("The answer has no data.")),
    }
}
