//! Units as sources write them.

use super::super::Unit;

/// In what the values of a metric that no rule knows are told.
pub fn unit(text: &str, rises: bool) -> Option<Unit> {
    let unit = match text {
        "share" | "ratio" => Unit::Share,
        "B" | "By" | "bytes" => Unit::Bytes,
        "B/s" => Unit::BytesPerSecond,
        "1/s" => Unit::PerSecond,
        "s" | "seconds" => Unit::Seconds,
        "W" | "watts" => Unit::Watts,
        "°C" | "Cel" | "celsius" => Unit::Celsius,
        "cores" | "{cpu}" => Unit::Cores,
        _ => return None,
    };
    match (unit, rises) {
        (Unit::Bytes, true) => Some(Unit::BytesPerSecond),
        (_, true) => None,
        (unit, false) => Some(unit),
    }
}

/// What is said of a unit that no chart has, behind the name of its series: the unit as the source writes it.
pub fn in_words(text: &str, rises: bool) -> Option<&str> {
    let plain = ["", "1", "share or percent"];
    (unit(text, rises).is_none() && !rises && !plain.contains(&text)).then_some(text)
}

/// Seconds in a unit of time, where it is one.
pub fn scale(unit: &str) -> Option<f64> {
    Some(match unit {
        "s" | "seconds" => 1.0,
        "ms" | "milliseconds" => 1e-3,
        "us" | "µs" | "microseconds" => 1e-6,
        "ns" | "nanoseconds" => 1e-9,
        _ => return None,
    })
}
