//! Another model becomes the one that the report is about.

use super::message::Input;
use crate::log::{Role, RoleGuess};
use crate::table::Kind;

impl Input {
    /// Makes the column of another model the prediction; what was the prediction is another model's then. False
    /// where the file has no such column. Labels that were served beside a score are not used any more: they
    /// are of the model that gave the score.
    pub fn promote(&mut self, column: &str) -> bool {
        let mut columns = self.sniff.columns.iter().zip(&self.roles);
        let Some(at) = columns.position(|(c, g)| c.name == column && g.role == Role::Challenger)
        else {
            return false;
        };
        let scored = self.roles.iter().any(|g| g.role == Role::Score);
        for guess in &mut self.roles {
            let role = match guess.role {
                Role::Score => Role::Challenger,
                Role::Prediction if !scored => Role::Challenger,
                Role::Prediction => Role::Ignore,
                _ => continue,
            };
            *guess = RoleGuess::given(role);
        }
        let of = self.sniff.columns.get(at);
        let graded = of.is_some_and(|c| c.kind == Kind::Number && c.distinct > 2);
        let role = if scored && graded {
            Role::Score
        } else {
            Role::Prediction
        };
        if let Some(guess) = self.roles.get_mut(at) {
            *guess = RoleGuess::given(role);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::look;
    use crate::log::Role;
    use std::fmt::Write;

    #[test]
    fn what_was_the_prediction_is_another_models() {
        let mut text = String::from("time,outcome,score,label,prob_b\n");
        for i in 0..40 {
            let yes = i % 3 == 0;
            let p = if yes { 0.6 } else { 0.4 } + f64::from(i % 7) / 50.0;
            let (y, q) = (u8::from(yes), p - 0.05);
            writeln!(text, "2026-01-{:02},{y},{p:.2},{y},{q:.3}", i % 28 + 1).unwrap();
        }
        let mut input = look("log.csv", &text.as_bytes()).unwrap();
        input.give(Role::Outcome, "outcome").unwrap();
        input.give(Role::Score, "score").unwrap();
        input.give(Role::Prediction, "label").unwrap();
        input.give(Role::Challenger, "prob_b").unwrap();
        let roles = |input: &super::Input| {
            input
                .roles
                .iter()
                .skip(1)
                .map(|g| g.role)
                .collect::<Vec<_>>()
        };
        assert!(!input.promote("score") && !input.promote("nothing"));
        assert!(input.promote("prob_b"));
        let (score, other) = (Role::Score, Role::Challenger);
        assert_eq!(roles(&input), [Role::Outcome, other, Role::Ignore, score]);
        assert!(input.promote("score"));
        assert_eq!(roles(&input), [Role::Outcome, score, Role::Ignore, other]);
    }
}
