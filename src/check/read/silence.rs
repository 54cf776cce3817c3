//! When a rule keeps quiet, as a file of rules says it.

use super::text;
use crate::check::rule::Silence;
use crate::settings::{Fault, Place, Table, Value};
use crate::table::time::Time;

/// The periods in which a rule keeps quiet.
pub(super) fn silence(table: &mut Table) -> Result<Vec<Silence>, Fault> {
    let mut out = Vec::new();
    for value in table.take("silence").map(Value::list).unwrap_or_default() {
        let at = value.at;
        let like = "a list of tables: silence = [{ from = \"2026-11-01\", until = \"2026-11-03\", why = \"maintenance\" }]";
        let mut table = value.table("silence", like)?;
        table.only("a silence", &["from", "until", "why"])?;
        let (from, until) = (
            moment(&mut table, "from", at)?,
            moment(&mut table, "until", at)?,
        );
        let why = text(&mut table, "why")?;
        if from >= until {
            return Err(Fault {
                at,
                found: "the silence ends before it begins".into(),
                mend: "Write an until that is later than from; it does not belong to the silence itself".into(),
            });
        }
        out.push(Silence { from, until, why });
    }
    Ok(out)
}

fn moment(table: &mut Table, key: &str, at: Place) -> Result<Time, Fault> {
    let mend = "Write it as 2026-11-01 or 2026-11-01T12:00:00Z, in UTC";
    let Some(value) = table.take(key) else {
        return Err(Fault {
            at,
            found: format!("the silence has no {key}"),
            mend: mend.into(),
        });
    };
    let text = value.text(key)?;
    Time::parse(&text).ok_or_else(|| value.fault(format!("'{text}' is no time"), mend))
}
