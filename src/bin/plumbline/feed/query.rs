//! What may be asked of the metrics: selectors, raw samples of a time, the last value of a time, the clock.
//!
//! ```text
//! query    = selector | selector "[" duration "]" | "last_over_time(" selector "[" duration "])" | "timestamp(" selector ")"
//!          | "time()" | number
//! selector = name | name? "{" label ("=" | "!=" | "=~" | "!~") text "," … "}"
//! ```
//!
//! All else of Prometheus's language is refused, and the refusal says so. Source: *Prometheus: Querying basics*. As
//! there, expressions have to fit a label as a whole, and one of the labels must not fit nothing.

use super::metrics::{Metric, NAME};
use regex_lite::Regex;

/// What is asked for.
#[derive(Debug)]
pub enum Query {
    /// The value of each series.
    Value(Selector),
    /// All samples of so many microseconds.
    Samples(Selector, i64),
    /// The last value within so many microseconds.
    Last(Selector, i64),
    /// When the value of each series was scraped, in seconds.
    When(Selector),
    /// What time it is.
    Time,
    /// A number.
    Number(f64),
}

/// Which series.
#[derive(Debug, Default)]
pub struct Selector(Vec<(String, Fits)>);

/// How a label has to be.
#[derive(Debug)]
enum Fits {
    Is(String),
    IsNot(String),
    Like(Regex),
    Unlike(Regex),
}

impl Fits {
    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Is(text) => value == text,
            Self::IsNot(text) => value != text,
            Self::Like(expression) => expression.is_match(value),
            Self::Unlike(expression) => !expression.is_match(value),
        }
    }
}

impl Selector {
    /// Whether a series is meant.
    pub fn fits(&self, metric: &Metric) -> bool {
        self.0
            .iter()
            .all(|(label, fits)| fits.fits(metric.label(label)))
    }

    /// Reads one that stands alone.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut rest = Text::new(text);
        let selector = rest.selector()?;
        rest.end()?;
        Ok(selector)
    }
}

impl Query {
    /// Reads a query.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut rest = Text::new(text);
        if let Ok(number) = text.trim().parse::<f64>() {
            return Ok(Self::Number(number));
        }
        if rest.takes("time(") {
            rest.must(")")?;
            rest.end()?;
            return Ok(Self::Time);
        }
        if rest.takes("last_over_time(") {
            let selector = rest.selector()?;
            let span = rest.span()?.ok_or_else(|| {
                "last_over_time takes samples of a time: write last_over_time(name[5m])".to_owned()
            })?;
            rest.must(")")?;
            rest.end()?;
            return Ok(Self::Last(selector, span));
        }
        if rest.takes("timestamp(") {
            let selector = rest.selector()?;
            rest.must(")")?;
            rest.end()?;
            return Ok(Self::When(selector));
        }
        let selector = rest.selector()?;
        let span = rest.span()?;
        rest.end()?;
        Ok(match span {
            Some(span) => Self::Samples(selector, span),
            None => Self::Value(selector),
        })
    }
}

/// Microseconds: `5m`, `1h30m`, `250ms`, or seconds as a number.
pub fn duration(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds > 0.0 && seconds < 1e11).then_some((seconds * 1e6) as i64);
    }
    const UNITS: [(&str, i64); 7] = [
        ("ms", 1_000),
        ("s", 1_000_000),
        ("m", 60_000_000),
        ("h", 3_600_000_000),
        ("d", 86_400_000_000),
        ("w", 604_800_000_000),
        ("y", 31_536_000_000_000),
    ];
    let (mut rest, mut sum) = (text, 0_i64);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let unit = UNITS.iter().find(|(unit, _)| {
            rest.strip_prefix(unit)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphabetic()))
        })?;
        sum = sum.checked_add(number.checked_mul(unit.1)?)?;
        rest = rest.get(unit.0.len()..)?;
    }
    (sum > 0).then_some(sum)
}

/// A query that is being read.
struct Text<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            whole: text,
            rest: text.trim_start(),
        }
    }

    fn fault(&self, expected: &str) -> String {
        let at = self.whole.chars().count() - self.rest.chars().count() + 1;
        format!(
            "character {at} of the query: expected {expected}. A replay answers selectors (name{{label=\"value\"}}), their samples (name[5m]), last_over_time of these, timestamp(name), and time(); for all of PromQL, have a Prometheus scrape /metrics"
        )
    }

    /// Takes a word if it comes next, whatever spaces are within it and around.
    fn takes(&mut self, word: &str) -> bool {
        let mut rest = self.rest;
        for c in word.chars() {
            match rest.trim_start().strip_prefix(c) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        self.rest = rest.trim_start();
        true
    }

    fn must(&mut self, word: &str) -> Result<(), String> {
        match self.takes(word) {
            true => Ok(()),
            false => Err(self.fault(&format!("'{word}'"))),
        }
    }

    fn end(&self) -> Result<(), String> {
        match self.rest {
            "" => Ok(()),
            _ => Err(self.fault("the end")),
        }
    }

    fn word(&mut self, more: &str) -> &'a str {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || more.contains(c);
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let end = match self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            true => 0,
            false => end,
        };
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    /// `[5m]`
    fn span(&mut self) -> Result<Option<i64>, String> {
        if !self.takes("[") {
            return Ok(None);
        }
        let end = self.rest.find(']').ok_or_else(|| self.fault("']'"))?;
        let span = self.rest.get(..end).map(str::trim).and_then(duration);
        let span = span.ok_or_else(|| self.fault("a time such as 5m"))?;
        self.rest = self.rest.get(end + 1..).unwrap_or_default().trim_start();
        Ok(Some(span))
    }

    fn selector(&mut self) -> Result<Selector, String> {
        let mut all = Vec::new();
        let name = self.word(":");
        if !name.is_empty() {
            all.push((NAME.to_owned(), Fits::Is(name.to_owned())));
        }
        if self.takes("{") {
            while !self.takes("}") {
                let label = self.word("").to_owned();
                if label.is_empty() {
                    return Err(self.fault("a label or '}'"));
                }
                if label == NAME && !name.is_empty() {
                    return Err(self.fault("no second name of the metric"));
                }
                all.push((label, self.fits()?));
                if !self.takes(",") && !self.rest.starts_with('}') {
                    return Err(self.fault("',' or '}'"));
                }
            }
        } else if name.is_empty() {
            return Err(self.fault("the name of a metric or '{'"));
        }
        if all.iter().all(|(_, fits)| fits.fits("")) {
            return Err("a selector has to hold a name, or a label that must not be empty".into());
        }
        Ok(Selector(all))
    }

    fn fits(&mut self) -> Result<Fits, String> {
        let like = |text: String| {
            let whole = format!("^(?:{text})$");
            Regex::new(&whole).map_err(|why| format!("the expression '{text}': {why}"))
        };
        if self.takes("=~") {
            return Ok(Fits::Like(like(self.text()?)?));
        }
        if self.takes("!~") {
            return Ok(Fits::Unlike(like(self.text()?)?));
        }
        if self.takes("!=") {
            return Ok(Fits::IsNot(self.text()?));
        }
        self.must("=")?;
        Ok(Fits::Is(self.text()?))
    }

    /// A text in quotes, as Go writes them.
    fn text(&mut self) -> Result<String, String> {
        let Some(quote) = self.rest.chars().next().filter(|c| "\"'`".contains(*c)) else {
            return Err(self.fault("a text in quotes"));
        };
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default().trim_start();
                    return Ok(out);
                }
                '\\' if quote != '`' => match chars.next().map(|(_, c)| c) {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some(c @ ('\\' | '"' | '\'')) => out.push(c),
                    _ => {
                        return Err(
                            self.fault("one of \\n, \\t, \\r, \\\\, \\\" after a backslash")
                        );
                    }
                },
                c => out.push(c),
            }
        }
        Err(self.fault("the quote that ends the text"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use plumbline::series::{Kind, Series, Values};

    fn metric(labels: &[(&str, &str)]) -> Metric {
        let pairs = labels.iter().map(|(a, b)| ((*a).into(), (*b).into()));
        Metric {
            labels: pairs.collect(),
            series: Series::empty(Kind::Gauge, "", Values::Numbers(Vec::new())),
            look_back: 0,
        }
    }

    fn fits(selector: &str, labels: &[(&str, &str)]) -> bool {
        Selector::read(selector).unwrap().fits(&metric(labels))
    }

    #[test]
    fn selectors_fit_as_those_of_prometheus_do() {
        let up = [("__name__", "up"), ("job", "node"), ("instance", "a:9100")];
        for selector in [
            "up",
            " up { } ",
            "up{job=\"node\"}",
            "up{job='node',instance=~`a:\\d+`,}",
            "{__name__=~\"up|down\"}",
            "up{zone=\"\"}",
            "up{job!=\"other\", instance!~\"b.*\"}",
        ] {
            assert!(fits(selector, &up), "{selector}");
        }
        for selector in [
            "down",
            "up{job=\"nod\"}",
            "up{job=~\"nod\"}",
            "up{zone=~\".+\"}",
            "{__name__!~\"u.*\", job=~\".+\"}",
        ] {
            assert!(!fits(selector, &up), "{selector}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused_with_its_place() {
        for (query, part) in [
            ("rate(up[5m])", "character 5"),
            ("up + up", "the end"),
            ("{job=~\".*\"}", "must not be empty"),
            ("{}", "must not be empty"),
            ("up{job=node}", "text in quotes"),
            ("up{job=\"node}", "ends the text"),
            ("up[5q]", "a time such as 5m"),
            ("up{job=~\"(\"}", "expression"),
            ("last_over_time(up)", "samples of a time"),
            ("", "the name of a metric"),
        ] {
            let why = Query::read(query).unwrap_err();
            assert!(why.contains(part), "{query}: {why}");
        }
    }

    #[test]
    fn queries_and_durations_are_read() {
        assert!(matches!(Query::read("time()"), Ok(Query::Time)));
        assert!(matches!(Query::read("1"), Ok(Query::Number(_))));
        assert!(matches!(Query::read("up"), Ok(Query::Value(_))));
        assert!(matches!(
            Query::read("up[90s]"),
            Ok(Query::Samples(_, 90_000_000))
        ));
        let last = Query::read("last_over_time({__name__=~\"a|b\"}[15s])");
        assert!(matches!(last, Ok(Query::Last(_, 15_000_000))));
        assert!(matches!(Query::read("timestamp(up)"), Ok(Query::When(_))));
        assert_eq!(duration("1h30m"), Some(5_400_000_000));
        assert_eq!(duration("250ms"), Some(250_000));
        assert_eq!(duration("0.5"), Some(500_000));
        assert_eq!(duration("5mm"), None);
        assert_eq!(duration("0s"), None);
    }
}
