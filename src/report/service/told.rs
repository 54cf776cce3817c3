//! Amounts of a machine as words: `24.1 ms`, `1.2 GiB`, `8.6/s`.

use crate::series::Unit;

/// The unit that suits amounts up to so much: how many of the base unit it is, and what stands behind a number.
#[must_use]
pub fn scale(unit: Unit, most: f64) -> (f64, &'static str) {
    let of = |steps: &[(f64, &'static str)]| {
        let fits = steps.iter().rev().find(|(size, _)| most >= *size);
        *fits.or(steps.first()).unwrap_or(&(1.0, ""))
    };
    const K: f64 = 1_024.0;
    match unit {
        Unit::Share => (0.01, "%"),
        Unit::Seconds => of(&[(1e-6, " µs"), (1e-3, " ms"), (1.0, " s")]),
        Unit::Bytes => of(&[
            (1.0, " B"),
            (K, " KiB"),
            (K * K, " MiB"),
            (K * K * K, " GiB"),
            (K * K * K * K, " TiB"),
        ]),
        Unit::BytesPerSecond => of(&[
            (1.0, " B/s"),
            (1e3, " kB/s"),
            (1e6, " MB/s"),
            (1e9, " GB/s"),
        ]),
        Unit::PerSecond => match most {
            x if x >= 0.1 || x == 0.0 => (1.0, "/s"),
            x if x >= 0.1 / 60.0 => (1.0 / 60.0, "/min"),
            _ => (1.0 / 3_600.0, "/h"),
        },
        Unit::Watts => (1.0, " W"),
        Unit::Celsius => (1.0, " °C"),
        Unit::Cores | Unit::Count | Unit::Plain => (1.0, ""),
    }
}

/// An amount in the unit that suits it.
#[must_use]
pub fn amount(unit: Unit, value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let (size, suffix) = scale(unit, value.abs());
    let scaled = value / size;
    let text = match scaled.abs() {
        0.0 => "0".to_owned(),
        x if x >= 100.0 => crate::report::words::grouped(scaled.round()),
        x if x >= 10.0 => format!("{scaled:.1}"),
        x if x >= 0.1 => format!("{scaled:.2}"),
        x if x >= 0.001 => format!("{scaled:.4}"),
        _ => format!("{scaled:.1e}"),
    };
    let unit = match (unit, suffix) {
        (Unit::Cores, _) => " cores",
        // In text a percent sign stands apart from its number.
        (_, "%") => " %",
        (_, suffix) => suffix,
    };
    format!("{}{unit}", text.replace('-', "−"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_the_unit_that_suits_them() {
        for (unit, value, text) in [
            (Unit::Seconds, 0.024_11, "24.1 ms"),
            (Unit::Seconds, 2.5, "2.50 s"),
            (Unit::Share, 0.029_2, "2.92 %"),
            (Unit::Bytes, 1.5 * 1_048_576.0, "1.50 MiB"),
            (Unit::PerSecond, 8.597, "8.60/s"),
            (Unit::PerSecond, 0.05, "3.00/min"),
            (Unit::PerSecond, 0.001, "3.60/h"),
            (Unit::Cores, 0.05, "0.0500 cores"),
            (Unit::Count, 0.0, "0"),
            (Unit::Plain, -3.0, "−3.00"),
            (Unit::Plain, f64::NAN, "–"),
        ] {
            assert_eq!(amount(unit, value), text);
        }
    }
}
