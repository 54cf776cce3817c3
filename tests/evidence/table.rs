//! The table of claims.

/// A claim, and what was measured of it.
pub struct Claim {
    /// What is claimed.
    pub claim: String,
    /// What has to be reached.
    pub goal: String,
    /// What was reached.
    pub measured: String,
    /// Whether it was; `None` for what nothing is claimed of.
    pub holds: Option<bool>,
}

impl Claim {
    /// A claim.
    pub fn new(
        claim: impl Into<String>,
        goal: impl Into<String>,
        measured: impl Into<String>,
        holds: bool,
    ) -> Self {
        Self {
            claim: claim.into(),
            goal: goal.into(),
            measured: measured.into(),
            holds: Some(holds),
        }
    }

    /// A limit that is known: nothing is claimed beyond it.
    pub fn limit(
        claim: impl Into<String>,
        goal: impl Into<String>,
        measured: impl Into<String>,
    ) -> Self {
        Self {
            holds: None,
            ..Self::new(claim, goal, measured, false)
        }
    }
}

/// Prints the table; whether all of it holds.
pub fn print(claims: &[Claim]) -> bool {
    println!("\n| claim | goal | measured | holds |\n| --- | --- | --- | --- |");
    for c in claims {
        let holds = match c.holds {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "known limit",
        };
        println!("| {} | {} | {} | {holds} |", c.claim, c.goal, c.measured);
    }
    claims.iter().all(|c| c.holds != Some(false))
}
