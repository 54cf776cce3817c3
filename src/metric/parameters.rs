//! Parameters of metrics that the reader chooses: how much recall weighs, how long a head of a list is.
//!
//! A parameter adds metrics beside the usual ones, whose own parameters never change: a number that two reports tell
//! under one name is made alike. What is told of such a metric says its parameter ([`Parameters::title`]).

use super::Info;
use crate::stats::rank::Ends;
use crate::summary::RANKS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// β of F-beta: recall weighs β times as much as precision. Above 0, at most 1 000.
    Beta,
    /// The false-positive rate up to which the partial ROC AUC goes: above 0, at most 1.
    MaxFpr,
    /// The share of rows of highest score that gain and lift are of: above 0, at most 1.
    AtShare,
    /// How many guesses a true class may be among: a whole number from 1 to [`RANKS`].
    TopK,
    /// How many items the head of a list has: a whole number from 1 to 1 000.
    AtK,
}

impl Parameter {
    /// All of them, in the order in which they are asked for.
    pub const ALL: [Self; 5] = [
        Self::Beta,
        Self::MaxFpr,
        Self::AtShare,
        Self::TopK,
        Self::AtK,
    ];

    /// As it is written in rules, options and URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beta => "beta",
            Self::MaxFpr => "max_fpr",
            Self::AtShare => "at_share",
            Self::TopK => "top_k",
            Self::AtK => "at_k",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What it is, for a person who is asked for it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Beta => "β of F-beta",
            Self::MaxFpr => "False-positive rate of the partial ROC AUC",
            Self::AtShare => "Share of rows of gain and lift",
            Self::TopK => "Guesses of top-k accuracy",
            Self::AtK => "Items of a list's head",
        }
    }

    /// A value that suits it, as it is shown to a person.
    #[must_use]
    pub const fn such_as(self) -> &'static str {
        match self {
            Self::Beta => "3",
            Self::MaxFpr => "0.2",
            Self::AtShare => "0.05",
            Self::TopK => "4",
            Self::AtK => "20",
        }
    }

    /// The names of the metrics that it adds.
    #[must_use]
    pub const fn adds(self) -> &'static [&'static str] {
        match self {
            Self::Beta => &["f_beta"],
            Self::MaxFpr => &["partial_roc_auc_max_fpr"],
            Self::AtShare => &["gain_at_share", "lift_at_share"],
            Self::TopK => &["top_k_accuracy"],
            Self::AtK => &[
                "ndcg_at_k",
                "precision_at_k",
                "recall_at_k",
                "hit_rate_at_k",
            ],
        }
    }

    /// The parameter that a metric of this name has.
    #[must_use]
    pub fn of_metric(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.adds().contains(&name))
    }

    /// Whether a value suits it.
    #[must_use]
    pub fn suits(self, value: f64) -> bool {
        let whole = |most: f64| value >= 1.0 && value <= most && value.fract() == 0.0;
        match self {
            Self::Beta => value > 0.0 && value <= 1e3,
            Self::MaxFpr | Self::AtShare => value > 0.0 && value <= 1.0,
            Self::TopK => whole(RANKS as f64),
            Self::AtK => whole(1e3),
        }
    }

    /// How to mend a value that does not suit: a sentence without its stop.
    #[must_use]
    pub fn mend(self) -> String {
        let range = match self {
            Self::Beta => "above 0, at most 1 000",
            Self::MaxFpr | Self::AtShare => "above 0, at most 1",
            Self::TopK => "a whole number from 1 to 20",
            Self::AtK => "a whole number from 1 to 1 000",
        };
        let (name, like) = (self.name(), self.such_as());
        format!("Write one that is {range}: {name} = {like}")
    }

    /// Whether a value suits it.
    ///
    /// # Errors
    /// Two sentences where it does not: what was found, and the mend.
    pub fn check(self, value: f64) -> Result<(), String> {
        match self.suits(value) {
            true => Ok(()),
            false => Err(format!("{} is {value}. {}", self.name(), self.mend())),
        }
    }

    /// The part of a metric's title that stands for it, and what stands there once it is chosen.
    fn told(self, value: f64) -> (&'static str, String) {
        match self {
            Self::Beta => ("-beta", value.to_string()),
            Self::MaxFpr => ("a rate", percent(value)),
            Self::AtShare => ("a share", percent(value)),
            Self::TopK => ("-k", format!("-{value}")),
            Self::AtK => ("@k", format!("@{value}")),
        }
    }
}

/// `5 %`, without what binary fractions leave over.
fn percent(share: f64) -> String {
    let text = format!("{:.6}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} %")
}

impl FromStr for Parameter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::named(text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no parameter of a metric is called '{text}'. They are {names}")
        })
    }
}

/// Those that were chosen, each with its value. Text: `beta=3,max_fpr=0.2`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parameters(pub BTreeMap<Parameter, f64>);

impl Parameters {
    /// Whether none was chosen.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// A value that was chosen and suits.
    #[must_use]
    pub fn get(&self, of: Parameter) -> Option<f64> {
        let value = self.0.get(&of).copied();
        value.filter(|value| of.suits(*value))
    }

    /// Up to where partial areas and the top of the rows go.
    #[must_use]
    pub fn ends(&self) -> Ends {
        Ends {
            max_fpr: self.get(Parameter::MaxFpr).unwrap_or(Ends::USUAL.max_fpr),
            share: self.get(Parameter::AtShare).unwrap_or(Ends::USUAL.share),
        }
    }

    /// The title of a metric, which states its parameter where it has one: `F3`, `Lift at 5 %`.
    #[must_use]
    pub fn title(&self, info: &Info) -> String {
        let of = Parameter::of_metric(info.name);
        match of.and_then(|of| Some(of.told(self.get(of)?))) {
            Some((word, value)) => info.title.replacen(word, &value, 1),
            None => info.title.to_owned(),
        }
    }

    /// Takes over those of another, its own first.
    #[must_use]
    pub fn over(mut self, other: Self) -> Self {
        for (of, value) in other.0 {
            self.0.entry(of).or_insert(value);
        }
        self
    }
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.0.iter().map(|(of, x)| format!("{}={x}", of.name()));
        f.write_str(&each.collect::<Vec<_>>().join(","))
    }
}

impl FromStr for Parameters {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut chosen = BTreeMap::new();
        for one in text.split(',') {
            let like = || format!("'{one}' is no parameter: write NAME=NUMBER, as beta=3");
            let (name, value) = one.split_once('=').ok_or_else(like)?;
            let of: Parameter = name.trim().parse()?;
            let value = value.trim().parse().map_err(|_| like())?;
            of.check(value)?;
            if chosen.insert(of, value).is_some() {
                return Err(format!("{} is given twice; give it once", of.name()));
            }
        }
        Ok(Self(chosen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric;

    #[test]
    fn parameters_are_read_as_they_are_written() {
        let chosen: Parameters = "max_fpr=0.2, beta=3".parse().unwrap();
        assert_eq!(chosen.to_string(), "beta=3,max_fpr=0.2");
        assert_eq!(chosen.to_string().parse(), Ok(chosen.clone()));
        let json = serde_json::to_string(&chosen).unwrap();
        assert_eq!(json, r#"{"beta":3.0,"max_fpr":0.2}"#);
        assert_eq!(serde_json::from_str::<Parameters>(&json).unwrap(), chosen);
        let other: Parameters = "beta=4,at_k=7".parse().unwrap();
        assert_eq!(chosen.over(other).to_string(), "beta=3,max_fpr=0.2,at_k=7");
    }

    #[test]
    fn what_suits_none_is_told_with_its_mend() {
        for (text, told) in [
            ("beta", "write NAME=NUMBER"),
            ("beta=x", "write NAME=NUMBER"),
            ("beta=0", "above 0"),
            ("beta=NaN", "above 0"),
            ("beta=1e9", "at most 1 000"),
            ("max_fpr=1.5", "at most 1"),
            ("at_share=-0.1", "above 0"),
            ("top_k=2.5", "a whole number"),
            ("top_k=21", "from 1 to 20"),
            ("at_k=0", "from 1 to 1 000"),
            ("betta=3", "They are beta, max_fpr, at_share, top_k, at_k"),
            ("beta=3,beta=4", "given twice"),
        ] {
            let why = text.parse::<Parameters>().unwrap_err();
            assert!(why.contains(told), "{text}: {why}");
        }
        assert!(Parameter::TopK.suits(20.0) && RANKS == 20);
    }

    #[test]
    fn titles_state_their_parameters() {
        let chosen: Parameters = "beta=3,max_fpr=0.2,at_share=0.07,top_k=4,at_k=20"
            .parse()
            .unwrap();
        let title = |name: &str| chosen.title(metric::info(name).unwrap());
        for (name, told) in [
            ("f_beta", "F3"),
            ("partial_roc_auc_max_fpr", "Partial ROC AUC to 20 %"),
            ("gain_at_share", "Gain at 7 %"),
            ("lift_at_share", "Lift at 7 %"),
            ("top_k_accuracy", "Top-4 accuracy"),
            ("ndcg_at_k", "NDCG@20"),
            ("precision_at_k", "Precision@20"),
            ("recall_at_k", "Recall@20"),
            ("hit_rate_at_k", "Hit rate@20"),
            ("f2", "F2"),
            ("roc_auc", "ROC AUC"),
        ] {
            assert_eq!(title(name), told);
        }
        // Each that is added is a metric whose title has the place of its parameter.
        for of in Parameter::ALL {
            for name in of.adds() {
                let info = metric::info(name).unwrap_or_else(|| panic!("{name}"));
                assert!(info.title.contains(of.told(1.0).0), "{name}");
            }
        }
    }
}
