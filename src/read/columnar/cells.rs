//! Cells of columnar files, decoded but not yet what a role asks for.

use crate::table::Kind;
use crate::table::time::{DAY, SECOND, Time};
use std::io::Write as _;

/// What the numbers or bytes of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Themselves.
    Plain,
    /// Themselves, without a sign.
    Unsigned,
    /// Numbers that were written in 32 bits.
    Single,
    /// 1 is true.
    Flag,
    /// So many digits are a fraction.
    Decimal(u32),
    /// Instants since 1970, in so many units a second.
    Instant(i64),
    /// Days since 1970.
    Day,
    /// Days since 1970, in milliseconds.
    LongDay,
    /// Times of a day, in so many units a second.
    Clock(i64),
    /// Sixteen bytes, written as a UUID.
    Uuid,
    /// Nothing: all cells are missing.
    Nothing,
}

impl Meaning {
    /// What a column of such cells holds; `None` where only their texts can tell.
    pub fn kind(self, cells: &Cells) -> Option<Kind> {
        match self {
            Self::Instant(_) | Self::Day | Self::LongDay => Some(Kind::Time),
            Self::Flag | Self::Clock(_) | Self::Uuid | Self::Nothing => None,
            _ if matches!(cells, Cells::Text(_)) => None,
            _ => Some(Kind::Number),
        }
    }
}

/// Values one after the other, missing cells left out.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Int(Vec<i64>),
    Wide(Vec<i128>),
    Float(Vec<f64>),
    Text(Texts),
}

/// Texts within one block of bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub bytes: Vec<u8>,
    /// Start and length of each.
    pub spans: Vec<(u32, u32)>,
}

impl Texts {
    /// The bytes from a text's start on, and its length.
    #[inline]
    pub fn opening(&self, at: usize) -> (&[u8], usize) {
        let (start, len) = self.spans.get(at).copied().unwrap_or_default();
        let rest = self.bytes.get(start as usize..).unwrap_or_default();
        (rest, len as usize)
    }

    /// A text.
    #[inline]
    pub fn get(&self, at: usize) -> &[u8] {
        let (rest, len) = self.opening(at);
        rest.get(..len).unwrap_or_default()
    }
}

impl Cells {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Int(v) => v.len(),
            Self::Wide(v) => v.len(),
            Self::Float(v) => v.len(),
            Self::Text(v) => v.spans.len(),
        }
    }

    /// Appends the values of the same form at these places. False: the forms differ, or the texts
    /// together are too many bytes.
    pub fn append(&mut self, other: &Self, places: impl Iterator<Item = usize>) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.extend(places.filter_map(|i| b.get(i))),
            (Self::Wide(a), Self::Wide(b)) => a.extend(places.filter_map(|i| b.get(i))),
            (Self::Float(a), Self::Float(b)) => a.extend(places.filter_map(|i| b.get(i))),
            (Self::Text(a), Self::Text(b)) => {
                for i in places {
                    let text = b.get(i);
                    if a.bytes.len() + text.len() > super::blocks::MOST {
                        return false;
                    }
                    a.spans.push((a.bytes.len() as u32, text.len() as u32));
                    a.bytes.extend_from_slice(text);
                }
            }
            _ => return false,
        }
        true
    }

    /// Writes a value as a CSV file would have it.
    pub fn write(&self, at: usize, meaning: Meaning, out: &mut Vec<u8>) {
        // Writing into memory does not fail.
        let _ = match (self, meaning) {
            (Self::Int(v), _) => {
                let x = v.get(at).copied().unwrap_or_default();
                match meaning {
                    Meaning::Unsigned => write!(out, "{}", x as u64),
                    Meaning::Flag => write!(out, "{}", x != 0),
                    Meaning::Decimal(scale) => decimal(i128::from(x), scale, out),
                    Meaning::Instant(_) => match micros(x, meaning) {
                        Some(x) => write!(out, "{}", Time(x)),
                        None => write!(out, "{x}"),
                    },
                    Meaning::Day | Meaning::LongDay => match micros(x, meaning) {
                        Some(x) => {
                            let (year, month, day) = Time(x).date();
                            write!(out, "{year:04}-{month:02}-{day:02}")
                        }
                        None => write!(out, "{x}"),
                    },
                    Meaning::Clock(per_second) => {
                        let x = micros(x, Meaning::Instant(per_second)).unwrap_or_default();
                        let text = Time(x.rem_euclid(DAY)).to_string();
                        let clock = text.get(11..).unwrap_or_default();
                        write!(out, "{}", clock.trim_end_matches('Z'))
                    }
                    _ => {
                        whole(x, out);
                        Ok(())
                    }
                }
            }
            (Self::Wide(v), Meaning::Decimal(scale)) => {
                decimal(v.get(at).copied().unwrap_or_default(), scale, out)
            }
            (Self::Wide(v), _) => write!(out, "{}", v.get(at).copied().unwrap_or_default()),
            (Self::Float(v), _) => match v.get(at).copied().unwrap_or(f64::NAN) {
                x if x.is_nan() => Ok(()),
                x if meaning == Meaning::Single => write!(out, "{:?}", x as f32),
                x if matches!(meaning, Meaning::Decimal(_)) => write!(out, "{x}"),
                x => write!(out, "{x:?}"),
            },
            (Self::Text(texts), Meaning::Uuid) => {
                texts.get(at).iter().enumerate().try_for_each(|(i, b)| {
                    let dash = if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
                    write!(out, "{dash}{b:02x}")
                })
            }
            (Self::Text(texts), _) => {
                out.extend_from_slice(texts.get(at));
                Ok(())
            }
        };
    }
}

/// The UTC microseconds of an instant or a day.
#[inline]
pub(super) fn micros(x: i64, meaning: Meaning) -> Option<i64> {
    match meaning {
        Meaning::Day => x.checked_mul(DAY),
        Meaning::LongDay => micros(x, Meaning::Instant(1_000)),
        Meaning::Instant(per_second) if per_second > SECOND => {
            Some(x.div_euclid(per_second / SECOND))
        }
        Meaning::Instant(per_second) => x.checked_mul(SECOND / per_second.max(1)),
        _ => None,
    }
}

/// A float of 16 bits.
pub(super) fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (bits >> 10 & 0x1f, f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction / f64::from(1u32 << 24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1_024.0) * f64::from(1u32 << exponent) / f64::from(1u32 << 15),
    };
    sign * size
}

/// The number that is nearest to a decimal of more than sixteen bytes, the highest first.
pub(super) fn long_decimal(bytes: &[u8], meaning: Meaning) -> f64 {
    let scale = match meaning {
        Meaning::Decimal(scale) => scale.min(1_000) as usize,
        _ => 0,
    };
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let mut left = bytes.to_vec();
    if negative {
        // Two's complement: all bits turned, and one more.
        let mut carry = true;
        for b in left.iter_mut().rev() {
            (*b, carry) = (!*b).overflowing_add(u8::from(carry));
        }
    }
    let mut digits = Vec::new();
    while left.iter().any(|b| *b != 0) {
        let mut rest = 0u16;
        for b in &mut left {
            let now = rest << 8 | u16::from(*b);
            (*b, rest) = ((now / 10) as u8, now % 10);
        }
        digits.push(char::from(b'0' + rest as u8));
    }
    let size: String = digits.iter().rev().collect();
    let sign = if negative { "-" } else { "" };
    // As a text's number: rounded once.
    format!("{sign}0{size}e-{scale}")
        .parse()
        .unwrap_or(f64::NAN)
}

/// A whole number; many identifiers are some.
fn whole(x: i64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut left = x.unsigned_abs();
    let mut first = digits.len();
    for place in digits.iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
        first -= 1;
        if left == 0 {
            break;
        }
    }
    if x < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[first..]);
}

/// A number of so many digits after the point.
fn decimal(x: i128, scale: u32, out: &mut Vec<u8>) -> std::io::Result<()> {
    let digits = format!(
        "{:0width$}",
        x.unsigned_abs(),
        width = scale.min(100) as usize + 1
    );
    let (whole, fraction) = digits.split_at(digits.len() - scale.min(100) as usize);
    let sign = if x < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    write!(out, "{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &Cells, meaning: Meaning) -> Vec<String> {
        (0..cells.len())
            .map(|i| {
                let mut out = Vec::new();
                cells.write(i, meaning, &mut out);
                String::from_utf8_lossy(&out).into_owned()
            })
            .collect()
    }

    #[test]
    fn long_decimals_are_the_nearest_numbers() {
        let number = |x: i128, scale| {
            let mut bytes = vec![if x < 0 { 0xff } else { 0 }; 16];
            bytes.extend(x.to_be_bytes());
            long_decimal(&bytes, Meaning::Decimal(scale))
        };
        assert_eq!(number(0, 4), 0.0);
        assert_eq!(number(8_675, 4), 0.8675);
        assert_eq!(number(-1, 3), -0.001);
        assert_eq!(number(i128::MIN, 38), -1.7014118346046923);
        let mut high = [0; 32];
        high[0] = 0x40;
        assert_eq!(
            long_decimal(&high, Meaning::Decimal(76)),
            2.8948022309329047
        );
        high[0] = 0x80;
        assert_eq!(
            long_decimal(&high, Meaning::Decimal(0)),
            -5.78960446186581e76
        );
        assert_eq!(long_decimal(&[], Meaning::Plain), 0.0);
    }

    #[test]
    fn cells_are_written_as_a_csv_file_has_them() {
        let ints = |meaning| written(&Cells::Int(vec![0, -1, 1_005]), meaning);
        assert_eq!(ints(Meaning::Plain), ["0", "-1", "1005"]);
        assert_eq!(ints(Meaning::Unsigned)[1], "18446744073709551615");
        assert_eq!(ints(Meaning::Flag), ["false", "true", "true"]);
        assert_eq!(ints(Meaning::Decimal(3)), ["0.000", "-0.001", "1.005"]);
        assert_eq!(ints(Meaning::Decimal(0)), ["0", "-1", "1005"]);
        assert_eq!(
            ints(Meaning::Day),
            ["1970-01-01", "1969-12-31", "1972-10-02"]
        );
        assert_eq!(ints(Meaning::Instant(1_000))[1], "1969-12-31T23:59:59.999Z");
        assert_eq!(
            ints(Meaning::Instant(1_000_000_000))[2],
            "1970-01-01T00:00:00.000001Z"
        );
        assert_eq!(ints(Meaning::Clock(1_000))[2], "00:00:01.005");
        let floats = vec![0.1f32.into(), 1.0, 1e-7, f64::NAN];
        assert_eq!(
            written(&Cells::Float(floats), Meaning::Single),
            ["0.1", "1.0", "1e-7", ""]
        );
        assert_eq!(
            written(&Cells::Wide(vec![i128::MIN]), Meaning::Decimal(38)),
            ["-1.70141183460469231731687303715884105728"]
        );
        assert_eq!(
            written(&Cells::Float(vec![-3.0, 0.25]), Meaning::Decimal(2)),
            ["-3", "0.25"]
        );
        let texts = Texts {
            bytes: (0..16).collect(),
            spans: vec![(0, 16)],
        };
        assert_eq!(
            written(&Cells::Text(texts), Meaning::Uuid),
            ["00010203-0405-0607-0809-0a0b0c0d0e0f"]
        );
    }
}
