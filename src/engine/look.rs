//! The first look into files: what they are, what their columns mean, and how to read them.

use super::message::Input;
use super::tie::tie;
use crate::log::{FileKind, Role, RoleGuess, guess, guess_beside, kind_of};
use crate::read::{Bytes, Fix, Format, ReadError, Schema, TimeFormat, inspect_as};
use crate::table::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Looks into a file and guesses roles for it alone.
///
/// # Errors
/// Where the file cannot be read at all; the error names what was found and the mend.
pub fn look(name: &str, file: &dyn Bytes) -> Result<Input, ReadError> {
    look_as(name, file, Fix::default())
}

/// As [`look`], where the reader says how the file is written.
///
/// # Errors
/// Besides, where that cannot be, or the file is no delimited text.
pub fn look_as(name: &str, file: &dyn Bytes, fix: Fix) -> Result<Input, ReadError> {
    let mut sniff = inspect_as(name, file, &fix)?;
    let (kind, roles) = guess(&sniff.columns);
    let says = |role: Role| role.predicts() || matches!(role, Role::Latency | Role::Status);
    if kind == FileKind::Predictions && roles.iter().any(|g| says(g.role)) {
        // Which columns name a row is only asked of outcomes.
        for column in &mut sniff.columns {
            column.codes = Vec::new();
        }
    }
    Ok(Input {
        name: name.into(),
        bytes: file.size(),
        sniff,
        fix,
        sheet: false,
        kind,
        roles,
        troubles: Vec::new(),
        notices: Vec::new(),
        constants: Vec::new(),
        table: None,
        parts: Arc::default(),
    })
}

/// Settles what only all files together can tell: which of several files of predictions is the
/// reference, that columns of one name mean the same in all of them, and what joins them.
pub fn arrange(inputs: &mut [Input]) {
    let predicts =
        |i: &Input| i.kind != FileKind::Outcomes && i.roles.iter().any(|r| r.role.predicts());
    let named = |i: &Input| {
        let name = i.name.to_lowercase();
        ["reference", "baseline", "train", "validation"]
            .iter()
            .any(|w| name.contains(w))
    };
    let judges = |i: &Input| i.roles.iter().any(|r| r.role == Role::Outcome);
    let others = inputs.iter().any(|i| predicts(i) && !named(i));
    for input in inputs
        .iter_mut()
        .filter(|i| predicts(i) && named(i) && judges(i))
    {
        if others {
            input.kind = FileKind::Reference;
        }
    }
    one_outcome(inputs);
    // The surest guess for a column of predictions holds for that column in the other files too,
    // unless a role that one column has is taken there.
    let mut surest: BTreeMap<String, RoleGuess> = BTreeMap::new();
    for input in inputs.iter().filter(|i| i.kind != FileKind::Outcomes) {
        for (column, guess) in input.sniff.columns.iter().zip(&input.roles) {
            let known = surest.get(&column.name);
            if known.is_none_or(|k| k.confidence <= guess.confidence) {
                surest.insert(column.name.clone(), guess.clone());
            }
        }
    }
    for input in inputs.iter_mut().filter(|i| i.kind != FileKind::Outcomes) {
        for at in 0..input.roles.len() {
            let name = &input.sniff.columns[at].name;
            let Some(best) = surest.get(name) else {
                continue;
            };
            let taken = best.role.is_guessed_once()
                && input
                    .roles
                    .iter()
                    .enumerate()
                    .any(|(i, r)| i != at && r.role == best.role);
            if best.confidence > input.roles[at].confidence && !taken {
                input.roles[at] = best.clone();
            }
        }
    }
    tie(inputs);
}

/// Where a file of outcomes names the outcome, a column of that name is the outcome elsewhere too,
/// and a weaker guess is not.
pub(super) fn one_outcome(inputs: &mut [Input]) {
    let outcome = |i: &Input| i.roles.iter().position(|r| r.role == Role::Outcome);
    let Some(name) = inputs
        .iter()
        .filter(|i| i.kind == FileKind::Outcomes)
        .find_map(|i| Some(i.sniff.columns.get(outcome(i)?)?.name.clone()))
    else {
        return;
    };
    for input in inputs.iter_mut().filter(|i| i.kind != FileKind::Outcomes) {
        for (guess, column) in input.roles.iter_mut().zip(&input.sniff.columns) {
            let (is, named) = (guess.role == Role::Outcome, column.name == name);
            if named && !is {
                *guess =
                    RoleGuess::new(Role::Outcome, 0.9, "named like the outcome of another file");
            } else if is && !named && guess.confidence < 0.8 {
                let few = column.kind == Kind::Category && column.distinct <= 30;
                let role = if few { Role::Segment } else { Role::Feature };
                *guess = RoleGuess::new(role, 0.6, "another file holds the outcomes");
            }
        }
    }
}

/// A role that stays whatever a file turns out to hold.
fn known(guess: &RoleGuess) -> Option<RoleGuess> {
    let stays = guess.is_given() || [Role::Id, Role::Outcome].contains(&guess.role);
    stays.then(|| guess.clone())
}

impl Input {
    /// The same of a file that was made of a sheet of a workbook, which nobody wrote as delimited text.
    #[must_use]
    pub fn of_sheet(mut self, sheet: Option<&str>) -> Self {
        let Some(name) = sheet else { return self };
        self.sheet = true;
        let told = &self.sniff.description;
        let as_text = ["CSV, comma", "CSV, one column"];
        let rest = as_text.iter().find_map(|text| told.strip_prefix(text));
        let rest = rest.map(|rest| rest.replacen(", UTF-8", "", 1));
        self.sniff.description =
            format!("Excel workbook, sheet '{name}'{}", rest.unwrap_or_default());
        self
    }

    /// Whether it is delimited text, so that the reader can correct how it is taken apart.
    #[must_use]
    pub fn is_delimited(&self) -> bool {
        self.sniff.schema.format == Format::Csv && !self.sheet
    }

    /// How to read the file for the roles in force: each wanted column as its role needs it.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let mut schema = self.sniff.schema.clone();
        let ids = self.roles.iter().filter(|g| g.role == Role::Id).count();
        for ((spec, column), guess) in schema
            .columns
            .iter_mut()
            .zip(&self.sniff.columns)
            .zip(&self.roles)
        {
            let role = match self.kind {
                // A file of outcomes is asked for nothing else.
                FileKind::Outcomes if !guess.role.of_outcomes() => Role::Ignore,
                _ => guess.role,
            };
            let kind = kind_of(role, column);
            spec.wanted = kind.is_some();
            spec.kind = kind.unwrap_or(Kind::Presence);
            // No fraction is an id, but it can be a part of one, as a latitude is: by its value.
            let fractions = column.kind == Kind::Number && !column.whole;
            if guess.role == Role::Id && ids > 1 && fractions {
                spec.kind = Kind::Number;
            }
            spec.labels = matches!(role, Role::Outcome | Role::Prediction | Role::Challenger);
            spec.time = (spec.kind == Kind::Time).then(|| column.time.unwrap_or(TimeFormat::Iso));
        }
        schema
    }

    /// Gives a role to a column, by its name. A column that had a role which only one can have is no
    /// longer used; nor are ids that were only guessed, where one is given.
    ///
    /// # Errors
    /// A sentence that names the columns, where there is none of that name; or on a quantile whose level
    /// neither the role nor the name tells.
    pub fn give(&mut self, role: Role, column: &str) -> Result<(), String> {
        let role = role.of_column(column)?;
        let Some(at) = self.sniff.columns.iter().position(|c| c.name == column) else {
            let names: Vec<&str> = self
                .sniff
                .columns
                .iter()
                .map(|c| c.name.as_str())
                .take(40)
                .collect();
            return Err(format!(
                "{} has no column '{column}'. Its columns are: {}.",
                self.name,
                names.join(", ")
            ));
        };
        // Ids that the reader gives stand together, in place of those that were found; a time that was
        // a part of such an id is a time again.
        let time = match self.kind {
            FileKind::Outcomes => Role::OutcomeTime,
            _ => Role::Time,
        };
        let mut timed = self.roles.iter().any(|g| g.role == time);
        for (guess, column) in self.roles.iter_mut().zip(&self.sniff.columns) {
            let gone = role.is_single() || role == Role::Id && !guess.is_given();
            if guess.role != role || !gone {
                continue;
            }
            let again = role == Role::Id && column.kind == Kind::Time && !timed;
            timed |= again;
            let role = if again { time } else { Role::Ignore };
            *guess = RoleGuess::new(role, 0.5, "another column was given its role");
        }
        self.roles[at] = RoleGuess::given(role);
        let predicts = self.roles.iter().any(|r| r.role.predicts());
        if predicts && self.kind == FileKind::Outcomes {
            // What a file of outcomes has no use for means something beside a prediction.
            let given: Vec<Option<RoleGuess>> = self.roles.iter().map(known).collect();
            self.roles = guess_beside(&self.sniff.columns, &given).1;
            self.kind = FileKind::Predictions;
        }
        Ok(())
    }
}
