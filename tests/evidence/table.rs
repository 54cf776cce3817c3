//! The table of claims.

/// A claim, and what was measured of it.
pub struct Claim {
    /// What is claimed.
    pub claim: String,
    /// What has to be reached.
    pub goal: String,
    /// What was reached.
    pub measured: String,
    /// Whether it was.
    pub holds: bool,
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
            holds,
        }
    }
}

/// Prints the table; whether all of it holds.
pub fn print(claims: &[Claim]) -> bool {
    println!("\n| claim | goal | measured | holds |\n| --- | --- | --- | --- |");
    for c in claims {
        let holds = if c.holds { "yes" } else { "NO" };
        println!("| {} | {} | {} | {holds} |", c.claim, c.goal, c.measured);
    }
    claims.iter().all(|c| c.holds)
}
