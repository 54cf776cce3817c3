//! Bytes and bits as the names of columns tell them: `mem_used_mb`, `Network out [Mbit/s]`, `net_in_MBps`.
//!
//! As in values, kilo, mega, giga and tera are powers of 1 000, and kibi, mebi, gibi and tebi of 1 024; a bit is an
//! eighth of a byte. `Mbps` are bits and `MBps` bytes. Where a name has lost its capitals, `mbps` are bits of a network,
//! as they are commonly meant, and bytes of anything else; a note says so.

use crate::table::names::words;

/// The unit of what a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// How many bytes or bits it is.
    amount: f64,
    of: Of,
    /// Whether it is of a second.
    pub per_second: bool,
    /// Whether only its capitals would have told bits from bytes.
    unsure: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Bytes,
    Bits,
    /// Bits of a network, and bytes of anything else.
    Either,
}

impl Size {
    /// Bytes in one of it, of a network.
    pub fn of_network(self) -> f64 {
        match self.of {
            Of::Bytes => self.amount,
            Of::Bits | Of::Either => self.amount / 8.0,
        }
    }

    /// Bytes in one of it, of anything else.
    pub fn bytes(self) -> f64 {
        match self.of {
            Of::Bytes | Of::Either => self.amount,
            Of::Bits => self.amount / 8.0,
        }
    }
}

/// What is said of a unit that only its capitals would tell.
pub fn unsure(name: &str, of_network: bool) -> Option<String> {
    size(name).filter(|size| size.unsure)?;
    let (taken, other) = match of_network {
        true => ("bits", "bytes, as MBps"),
        false => ("bytes", "bits, as Mbps"),
    };
    Some(format!(
        "The unit of column '{name}' was taken as {taken} a second; write its capitals if it is of {other}."
    ))
}

/// The unit of bytes or bits that a name tells.
pub fn size(name: &str) -> Option<Size> {
    let pieces = name.split(|c: char| !c.is_alphanumeric());
    let (amount, of, each_second, unsure) = pieces.flat_map(ends).find_map(unit)?;
    let words = words(name);
    let last = words.last().map(String::as_str);
    Some(Size {
        amount,
        of,
        per_second: each_second || matches!(last, Some("s" | "sec" | "second" | "persec")),
        unsure,
    })
}

/// A piece of a name, and its ends that begin with a capital behind a small letter: `UsedMB` and `MB`.
fn ends(piece: &str) -> impl Iterator<Item = &str> {
    let before = piece.char_indices().map(|(_, c)| c);
    let behind = piece.char_indices().skip(1);
    let starts = before.zip(behind);
    let starts = starts.filter(|(a, (_, b))| a.is_lowercase() && b.is_uppercase());
    let within = starts.filter_map(|(_, (at, _))| piece.get(at..));
    let words = within.flat_map(|end| {
        // `BytesPerSecond` has further ends, but begins with the unit.
        let next = end.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
        [Some(end), next.and_then(|(at, _)| end.get(..at))]
    });
    std::iter::once(piece).chain(words.flatten())
}

/// What a piece of a name stands for: how many, of what, whether a second, and whether that is unsure.
fn unit(text: &str) -> Option<(f64, Of, bool, bool)> {
    let (base, each_second) = match text.strip_suffix("ps") {
        Some(base) => (base, true),
        None => (text, false),
    };
    let small = base.to_ascii_lowercase();
    if let "byte" | "bytes" = small.as_str() {
        return Some((1.0, Of::Bytes, each_second, false));
    }
    if small == "bits" {
        return Some((1.0, Of::Bits, each_second, false));
    }
    if small == "b" && each_second {
        let of = if base == "B" { Of::Bytes } else { Of::Bits };
        return Some((1.0, of, true, false));
    }
    let scales = [
        ("kilo", 1e3),
        ("mega", 1e6),
        ("giga", 1e9),
        ("tera", 1e12),
        ("ki", 1_024.0),
        ("mi", 1_048_576.0),
        ("gi", 1_073_741_824.0),
        ("ti", 1_099_511_627_776.0),
        ("k", 1e3),
        ("m", 1e6),
        ("g", 1e9),
        ("t", 1e12),
    ];
    scales.iter().find_map(|(scale, amount)| {
        let of = small.strip_prefix(scale)?;
        Some(match of {
            "bit" | "bits" => (*amount, Of::Bits, each_second, false),
            "byte" | "bytes" => (*amount, Of::Bytes, each_second, false),
            "b" if scale.len() == 2 || base.ends_with('B') => {
                (*amount, Of::Bytes, each_second, false)
            }
            // `Mb`, and `mb` where its capitals are lost.
            "b" if base.starts_with(char::is_uppercase) => {
                let of = if each_second { Of::Bits } else { Of::Either };
                (*amount, of, each_second, false)
            }
            "b" if each_second => (*amount, Of::Either, true, true),
            "b" => (*amount, Of::Bytes, false, false),
            _ => return None,
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn units_of_bytes_and_bits_are_known_in_names() {
        for (name, network, bytes, per_second) in [
            ("mem_used_mb", 1e6, 1e6, false),
            ("memUsedMB", 1e6, 1e6, false),
            ("Memory (MiB)", 1_048_576.0, 1_048_576.0, false),
            ("mem_gib", 1_073_741_824.0, 1_073_741_824.0, false),
            ("net_in_MBps", 1e6, 1e6, true),
            ("Network out [Mbit/s]", 125_000.0, 125_000.0, true),
            ("net_out_mbit_s", 125_000.0, 125_000.0, true),
            ("Network (Mb/s)", 125_000.0, 1e6, true),
            ("net_rx_kbps", 125.0, 1e3, true),
            ("net_rx_Gbps", 1.25e8, 1.25e8, true),
            ("rx_bytes_per_sec", 1.0, 1.0, true),
            ("NetworkReceiveBytesPerSecond", 1.0, 1.0, true),
            ("bits_per_second", 0.125, 0.125, true),
            ("net Bps", 1.0, 1.0, true),
            ("megabytes", 1e6, 1e6, false),
        ] {
            let size = size(name).unwrap();
            let found = (size.of_network(), size.bytes(), size.per_second);
            assert_eq!(found, (network, bytes, per_second), "{name}");
        }
        for name in ["maps", "ops", "gps", "age", "mem", "rps", "kb_articles_s"] {
            let known = size(name);
            assert_eq!(known.is_some(), name.starts_with("kb"), "{name}: {known:?}");
        }
        assert!(
            unsure("net_rx_mbps", true)
                .unwrap()
                .contains("bits a second")
        );
        assert_eq!(unsure("net_rx_Mbps", true), None);
        assert_eq!(unsure("net_rx_mbit_s", true), None);
    }
}
