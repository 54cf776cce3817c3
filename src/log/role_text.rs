//! Roles as they are written on the command line and in files: by name, and of a quantile the level behind
//! it: `quantile:0.9`. Without a level, the column's name tells it.

use super::{Level, Role, level_of};
use std::fmt;

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Quantile(level) if level.is_known() => write!(f, ":{level}"),
            _ => Ok(()),
        }
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.to_string()
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, level) = match text.split_once(':') {
            Some((name, level)) => (name, Some(level)),
            None => (text, None),
        };
        let role = Self::ALL.into_iter().find(|r| r.name() == name);
        match (role, level) {
            (Some(Self::Quantile(_)), Some(level)) => {
                let known = level.trim().parse().ok().and_then(Level::of);
                known.map(Self::Quantile).ok_or_else(|| {
                    format!("'{level}' is no level of a quantile; write a number between 0 and 1, as in quantile:0.9")
                })
            }
            (Some(role), None) => Ok(role),
            (Some(role), Some(_)) => Err(format!(
                "{} has no level; only a quantile has one",
                role.name()
            )),
            (None, _) => {
                let all: Vec<&str> = Self::ALL.iter().map(|r| r.name()).collect();
                Err(format!(
                    "'{text}' is not a role; the roles are {}",
                    all.join(", ")
                ))
            }
        }
    }
}

impl Role {
    /// The role of a column of this name: that of a quantile whose level is not told has the one that the
    /// name tells.
    ///
    /// # Errors
    /// A sentence, where the name tells none.
    pub fn of_column(self, column: &str) -> Result<Self, String> {
        match self {
            Self::Quantile(level) if !level.is_known() => match level_of(column) {
                Some(named) => Ok(Self::Quantile(named.level)),
                None => Err(format!(
                    "The name '{column}' tells no level of a quantile. Give it with the role, as in quantile:0.9={column}."
                )),
            },
            role => Ok(role),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn roles_survive_the_way_through_text_and_json() {
        let quantile = Role::Quantile(Level::of(0.025).unwrap());
        for role in Role::ALL.into_iter().chain([quantile]) {
            assert_eq!(role.to_string().parse(), Ok(role));
            let json = serde_json::to_string(&role).unwrap();
            assert_eq!(serde_json::from_str::<Role>(&json).unwrap(), role);
        }
        assert_eq!(quantile.to_string(), "quantile:0.025");
    }

    #[test]
    fn what_is_no_role_is_told() {
        for (text, part) in [
            ("quantile:1.5", "between 0 and 1"),
            ("quantile:", "between 0 and 1"),
            ("score:0.5", "no level"),
            ("nonsense", "the roles are id, time"),
        ] {
            let why = text.parse::<Role>().unwrap_err();
            assert!(why.contains(part), "{why}");
        }
    }

    #[test]
    fn a_level_that_is_not_told_comes_from_the_name() {
        let unknown = Role::Quantile(Level::UNKNOWN);
        let of = |name: &str| unknown.of_column(name);
        assert_eq!(of("q0.9"), Ok(Role::Quantile(Level::of(0.9).unwrap())));
        assert!(of("value").unwrap_err().contains("quantile:0.9=value"));
        let given = Role::Quantile(Level::MEDIAN);
        assert_eq!(given.of_column("value"), Ok(given));
    }
}
