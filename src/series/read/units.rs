//! Amounts with their units as text: `13.70%`, `312KiB / 23.54GiB`, `259106n`, `99 %`, `12 ms`.

/// A number and what stands behind it.
pub fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .bytes()
        .position(|b| !(b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-')))
        .unwrap_or(text.len());
    // An exponent is a part of the number.
    let rest = text.get(end..)?;
    let exponent = match rest.as_bytes() {
        [b'e' | b'E', b'+' | b'-', d, ..] if d.is_ascii_digit() => {
            2 + rest[2..].bytes().take_while(u8::is_ascii_digit).count()
        }
        [b'e' | b'E', d, ..] if d.is_ascii_digit() => {
            1 + rest[1..].bytes().take_while(u8::is_ascii_digit).count()
        }
        _ => 0,
    };
    let value = text.get(..end + exponent)?.parse().ok()?;
    Some((value, text.get(end + exponent..)?.trim()))
}

/// Bytes: `312KiB`, `1.2kB`, `30994 MiB`.
pub fn bytes(text: &str) -> Option<f64> {
    let (value, unit) = split(text)?;
    Some(value * byte_factor(unit)?)
}

/// Bytes in a unit.
pub fn byte_factor(unit: &str) -> Option<f64> {
    Some(match unit {
        "" | "B" | "b" | "bytes" => 1.0,
        "kB" | "KB" | "K" => 1e3,
        "MB" | "M" => 1e6,
        "GB" | "G" => 1e9,
        "TB" | "T" => 1e12,
        "PB" | "P" => 1e15,
        "EB" | "E" => 1e18,
        "KiB" | "Ki" => 1_024.0,
        "MiB" | "Mi" => 1_048_576.0,
        "GiB" | "Gi" => 1_073_741_824.0,
        "TiB" | "Ti" => 1_099_511_627_776.0,
        "PiB" | "Pi" => 1_125_899_906_842_624.0,
        "EiB" | "Ei" => 1_152_921_504_606_846_976.0,
        _ => return None,
    })
}

/// A quantity of Kubernetes: cores or bytes.
pub fn quantity(text: &str) -> Option<f64> {
    let (value, unit) = split(text)?;
    let factor = match unit {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        unit => byte_factor(unit)?,
    };
    Some(value * factor)
}

/// A percentage as a share.
pub fn percent(text: &str) -> Option<f64> {
    let (value, unit) = split(text)?;
    (unit == "%").then_some(value / 100.0)
}

/// What a unit behind a number stands for: a factor to seconds, bytes or a share, and which.
pub fn known(unit: &str) -> Option<(f64, &'static str)> {
    Some(match unit {
        "" => (1.0, ""),
        "%" => (0.01, "share"),
        "ns" => (1e-9, "s"),
        "µs" | "us" => (1e-6, "s"),
        "ms" => (1e-3, "s"),
        "s" | "sec" | "secs" => (1.0, "s"),
        "min" | "mins" => (60.0, "s"),
        "hour" | "hours" => (3_600.0, "s"),
        "day" | "days" => (86_400.0, "s"),
        "week" | "weeks" => (604_800.0, "s"),
        "K" => (1e3, ""),
        "Mil" => (1e6, ""),
        "Bil" => (1e9, ""),
        "mW" => (1e-3, "W"),
        "W" => (1.0, "W"),
        "kW" => (1e3, "W"),
        "MW" => (1e6, "W"),
        "°C" => (1.0, "°C"),
        "mcores" => (1e-3, "cores"),
        "core" | "cores" => (1.0, "cores"),
        unit => match (rate(unit), bits(unit), unit.strip_suffix("/s")) {
            (Some(factor), ..) => (factor, "1/s"),
            (_, Some(factor), _) => (factor, "B/s"),
            (.., Some(bytes)) => (byte_factor(bytes).filter(|_| bytes.ends_with('B'))?, "B/s"),
            (.., None) => (byte_factor(unit)?, "B"),
        },
    })
}

/// Thousands, millions or more of a unit, and the unit: `K tok/s` is 1 000 of `tok/s`.
pub fn thousands(unit: &str) -> (f64, &str) {
    let known = [
        ("K ", 1e3),
        ("k ", 1e3),
        ("Mil ", 1e6),
        ("M ", 1e6),
        ("Bil ", 1e9),
        ("Tri ", 1e12),
    ];
    let found = known
        .iter()
        .find_map(|(sign, factor)| Some((*factor, unit.strip_prefix(sign)?.trim())));
    found
        .filter(|(_, unit)| !unit.is_empty())
        .unwrap_or((1.0, unit))
}

/// Things a second: `req/s`, `K req/s`, `Kops/s`, `req/m`.
fn rate(unit: &str) -> Option<f64> {
    const MINUTE: f64 = 1.0 / 60.0;
    let ends = [
        ("req/s", 1.0),
        ("reqps", 1.0),
        ("ops/s", 1.0),
        ("rps", 1.0),
        ("c/s", 1.0),
        ("rd/s", 1.0),
        ("wr/s", 1.0),
        ("io/s", 1.0),
        ("mps", 1.0),
        ("p/s", 1.0),
        ("evt/s", 1.0),
        ("msg/s", 1.0),
        ("rec/s", 1.0),
        ("rows/s", 1.0),
        ("req/m", MINUTE),
        ("ops/m", MINUTE),
        ("c/m", MINUTE),
        ("rd/m", MINUTE),
        ("wr/m", MINUTE),
        ("evts/m", MINUTE),
        ("msgs/m", MINUTE),
        ("rec/m", MINUTE),
        ("rows/m", MINUTE),
        ("rpm", MINUTE),
    ];
    let (before, factor) = ends
        .iter()
        .find_map(|(end, factor)| Some((unit.strip_suffix(end)?, *factor)))?;
    Some(match before.trim() {
        "" => factor,
        "k" | "K" => 1e3 * factor,
        "M" | "Mil" => 1e6 * factor,
        "G" | "B" | "Bil" => 1e9 * factor,
        _ => return None,
    })
}

/// Bits a second, in bytes a second: `Mb/s`, `Bps`.
fn bits(unit: &str) -> Option<f64> {
    Some(match unit {
        "Bps" => 1.0,
        "b/s" | "bps" => 1.0 / 8.0,
        "kb/s" | "Kb/s" => 1e3 / 8.0,
        "Mb/s" => 1e6 / 8.0,
        "Gb/s" => 1e9 / 8.0,
        "Tb/s" => 1e12 / 8.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_units() {
        assert_eq!(bytes("312KiB"), Some(319_488.0));
        assert_eq!(bytes("1.5kB"), Some(1_500.0));
        assert_eq!(bytes("30994 MiB"), Some(30_994.0 * 1_048_576.0));
        assert_eq!(quantity("500m"), Some(0.5));
        assert_eq!(
            quantity("259106n").map(|x| (x * 1e9).round()),
            Some(259_106.0)
        );
        assert_eq!(quantity("0"), Some(0.0));
        assert_eq!(percent("13.70%").map(|x| (x * 1e4).round()), Some(1_370.0));
        assert_eq!(split("1e-05"), Some((1e-5, "")));
        assert_eq!(split("--"), None);
        assert_eq!(bytes("5 apples"), None);
        assert_eq!(quantity("1Ei"), Some(1_152_921_504_606_846_976.0));
        for (unit, expected) in [
            ("K req/s", (1e3, "1/s")),
            ("Kops/s", (1e3, "1/s")),
            ("req/s", (1.0, "1/s")),
            ("GB/s", (1e9, "B/s")),
            ("MiB/s", (1_048_576.0, "B/s")),
            ("Mb/s", (125_000.0, "B/s")),
            ("PiB", (1_125_899_906_842_624.0, "B")),
            ("days", (86_400.0, "s")),
            ("week", (604_800.0, "s")),
            ("K", (1e3, "")),
        ] {
            assert_eq!(known(unit), Some(expected), "{unit}");
        }
        assert_eq!(known("apples/s"), None);
    }
}
