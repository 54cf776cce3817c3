//! Expectations, read: a fault names the line, the column and the mend.

use super::{Expectations, Holds, OF_COLUMN, OF_ROWS, OfColumn, OfRows, SCHEMA};
use crate::settings::{Data, Fault, Table, Value, among, parse};

const KEYS: [&str; 3] = ["schema", "rows", "columns"];
const LIKE: &str = "a table, as [columns.amount]";

/// Whether a text is meant to be a file of expectations.
#[must_use]
pub fn is_expectations(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        line.starts_with("[columns.")
            || line.starts_with("[rows]")
            || line
                .strip_prefix("schema")
                .is_some_and(|rest| rest.contains("plumbline.expectations"))
    })
}

/// Reads a file; `name` is told where an expectation is broken.
///
/// # Errors
/// Where it is not TOML, a key is unknown, or a value is not what the key takes.
pub fn read(text: &str, name: &str) -> Result<Expectations, Fault> {
    let mut root = parse(text)?;
    root.only("a file of expectations", &KEYS)?;
    let at = root.at;
    let schema = root.take("schema").ok_or_else(|| Fault {
        at,
        found: "the file does not say that it holds expectations".into(),
        mend: format!("Begin it with schema = \"{SCHEMA}\""),
    })?;
    if schema.text("schema")? != SCHEMA {
        return Err(schema.fault(
            "this schema is not known",
            format!("Write \"{SCHEMA}\", or write the file anew with `plumbline expect`"),
        ));
    }
    let rows = match root.take("rows") {
        Some(rows) => of_rows(rows.table("rows", "a table, as [rows]")?)?,
        None => OfRows::default(),
    };
    let mut columns = Vec::new();
    if let Some(all) = root.take("columns") {
        for (name, _, value) in all.table("columns", LIKE)?.rest() {
            let table = value.table(&name, LIKE)?;
            columns.push(of_column(name, table)?);
        }
    }
    Ok(Expectations {
        file: name.into(),
        rows,
        columns,
    })
}

/// Takes keys out, and remembers their lines.
struct Keys {
    table: Table,
    lines: Vec<(String, u64)>,
}

impl Keys {
    fn take<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Value, &str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.table.take(key) else {
            return Ok(None);
        };
        self.lines.push((key.into(), value.at.line));
        read(&value, key).map(Some)
    }

    fn share(&mut self, key: &str) -> Result<Option<f64>, Fault> {
        self.take(key, |value, key| match value.number(key)? {
            share if (0.0..=1.0).contains(&share) => Ok(share),
            other => Err(value.fault(
                format!("'{key}' is {other}"),
                "A share lies between 0 and 1: write 0.05 for 5 %",
            )),
        })
    }
}

fn flag(value: &Value, key: &str) -> Result<bool, Fault> {
    match value.data {
        Data::Flag(flag) => Ok(flag),
        _ => Err(value.fault(format!("'{key}' is no flag"), "Write true or false")),
    }
}

fn hours(value: &Value, key: &str) -> Result<f64, Fault> {
    match value.number(key)? {
        hours if hours >= 0.0 => Ok(hours),
        other => Err(value.fault(
            format!("'{key}' is {other}"),
            "Write a number of hours that is not negative",
        )),
    }
}

fn of_rows(table: Table) -> Result<OfRows, Fault> {
    let at = table.at;
    table.only("[rows]", &OF_ROWS)?;
    let mut keys = Keys {
        table,
        lines: Vec::new(),
    };
    let rows = OfRows {
        unique_ids: keys.take("unique_ids", flag)?.unwrap_or(false),
        duplicate_share_max: keys.share("duplicate_share_max")?,
        stale_share_max: keys.share("stale_share_max")?,
        rows_min: keys.take("rows_min", Value::count)?.map(u64::from),
        rows_max: keys.take("rows_max", Value::count)?.map(u64::from),
        silence_max_hours: keys.take("silence_max_hours", Value::number)?,
        impossible_times: keys.take("impossible_times", flag)?,
        late_after_hours: keys.take("late_after_hours", hours)?,
        late_share_max: keys.share("late_share_max")?,
        lines: Vec::new(),
    };
    if rows.late_share_max.is_some() && rows.late_after_hours.is_none() {
        return Err(Fault {
            at,
            found: "[rows] has late_share_max and does not say when an outcome is late".into(),
            mend: "Write late_after_hours = 24 beside it".into(),
        });
    }
    if let (Some(min), Some(max)) = (rows.rows_min, rows.rows_max)
        && min > max
    {
        return Err(Fault {
            at,
            found: format!("the fewest rows of a window, {min}, are more than the most, {max}"),
            mend: "Swap them".into(),
        });
    }
    Ok(OfRows {
        lines: keys.lines,
        ..rows
    })
}

fn of_column(name: String, table: Table) -> Result<OfColumn, Fault> {
    let at = table.at;
    let whose = format!("the column '{name}'");
    table.only(&whose, &OF_COLUMN)?;
    let mut keys = Keys {
        table,
        lines: Vec::new(),
    };
    let holds = |value: &Value, key: &str| {
        let word = value.text(key)?;
        match word.as_str() {
            "number" => Ok(Holds::Number),
            "category" => Ok(Holds::Category),
            _ => Err(value.fault(
                format!("'{word}' is no type"),
                among(&word, &["number", "category"]),
            )),
        }
    };
    let words = |value: &Value, key: &str| {
        let each = value.clone().list();
        each.iter().map(|word| word.text(key)).collect()
    };
    let column = OfColumn {
        holds: keys.take("type", holds)?,
        missing_share_max: keys.share("missing_share_max")?,
        text_share_max: keys.share("text_share_max")?,
        infinite_share_max: keys.share("infinite_share_max")?,
        min: keys.take("min", Value::number)?,
        max: keys.take("max", Value::number)?,
        outside_share_max: keys.share("outside_share_max")?,
        categories: keys.take("categories", words)?,
        other_share_max: keys.share("other_share_max")?,
        distinct_min: keys.take("distinct_min", Value::count)?.map(u64::from),
        distinct_max: keys.take("distinct_max", Value::count)?.map(u64::from),
        constant: keys.take("constant", flag)?,
        values_min: keys.take("values_min", Value::count)?.map(u64::from),
        run_max: keys.take("run_max", Value::count)?.map(u64::from),
        outlier_share_max: keys.share("outlier_share_max")?,
        length_min: keys.take("length_min", Value::number)?,
        length_max: keys.take("length_max", Value::number)?,
        lines: Vec::new(),
        name,
    };
    if let (Some(min), Some(max)) = (column.min, column.max)
        && min > max
    {
        return Err(Fault {
            at,
            found: format!("of {whose} the smallest number, {min}, is above the largest, {max}"),
            mend: "Swap them".into(),
        });
    }
    if let (Some(min), Some(max)) = (column.length_min, column.length_max)
        && min > max
    {
        return Err(Fault {
            at,
            found: format!(
                "of {whose} the shortest word, {min}, is longer than the longest, {max}"
            ),
            mend: "Swap them".into(),
        });
    }
    Ok(OfColumn {
        lines: keys.lines,
        ..column
    })
}
