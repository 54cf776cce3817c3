//! Times that the folders of a path give in pieces: `year=2026/month=11/day=01/hour=05`, `dt=2026-11-01/hour=5`.

use super::message::Input;

/// How the pieces of a time are called.
const YEAR: [&str; 3] = ["year", "yyyy", "y"];
const MONTH: [&str; 3] = ["month", "mm", "m"];
const DAY: [&str; 3] = ["day", "dd", "d"];
const HOUR: [&str; 3] = ["hour", "hh", "h"];
const DATE: [&str; 4] = ["dt", "date", "ds", "day"];

/// Folders whose values are a time together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathTime {
    /// Names of the year, the month and the day, or of the date; and of the hour.
    pub folders: Vec<String>,
    /// The time of each part; empty where its path does not tell it.
    pub times: Vec<String>,
}

/// The time that the paths of all parts give in pieces, if they do.
pub(super) fn path_time(parts: &[Input]) -> Option<PathTime> {
    let named = |of: &[&str]| {
        let names = parts.iter().flat_map(|part| &part.constants);
        let mut names = names.map(|(name, _)| name);
        names
            .find(|name| of.contains(&name.to_lowercase().as_str()))
            .cloned()
    };
    let apart = [&YEAR[..], &MONTH, &DAY].map(named);
    let hour = named(&HOUR);
    let date: Option<Vec<String>> = apart.into_iter().collect();
    let folders: Vec<String> = match (date, hour) {
        (Some(date), hour) => date.into_iter().chain(hour).collect(),
        (None, Some(hour)) => vec![named(&DATE)?, hour],
        (None, None) => return None,
    };
    let times: Option<Vec<String>> = parts.iter().map(|part| of_part(part, &folders)).collect();
    let times = times.filter(|times| times.iter().any(|t| !t.is_empty()))?;
    Some(PathTime { folders, times })
}

/// The time of a part; `None` where its pieces are none.
fn of_part(part: &Input, folders: &[String]) -> Option<String> {
    let value = |name: &String| {
        let found = part.constants.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value.trim())
    };
    let values: Vec<&str> = folders.iter().map(value).collect();
    if values.iter().any(|v| v.is_empty()) {
        return Some(String::new());
    }
    let piece = |text: &str, most: u32| {
        let digits = text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|n: &u32| digits && *n <= most)
    };
    let (date, hour) = match values[..] {
        [year, month, day] => (dashed(year, month, day)?, None),
        [year, month, day, hour] => (dashed(year, month, day)?, Some(hour)),
        [date, hour] if date.len() == 10 => (date.to_owned(), Some(hour)),
        _ => return None,
    };
    let hour = hour.map_or(Some(0), |hour| piece(hour, 23))?;
    Some(format!("{date}T{hour:02}:00:00Z"))
}

fn dashed(year: &str, month: &str, day: &str) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fits = year.len() == 4 && month.len() <= 2 && day.len() <= 2;
    let all = [year, month, day].into_iter().all(digits);
    (fits && all).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

impl PathTime {
    /// What is told of it: `column` is how it is called.
    pub fn sentence(&self, column: &str) -> String {
        let quoted: Vec<String> = self.folders.iter().map(|f| format!("'{f}'")).collect();
        let (last, first) = quoted.split_last().map_or(("", &[][..]), |(l, f)| (l, f));
        let each = match self.folders.len() {
            3 => "day",
            _ => "hour",
        };
        format!(
            "'{column}' is made of the folders {} and {last}, in UTC: rows have no time of their own, so all of a folder are at the start of its {each}.",
            first.join(", ")
        )
    }
}
