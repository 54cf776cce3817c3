//! Files as readers see them: bytes that can be had in any order.

use super::ReadError;

/// A file whose bytes can be read in any order.
pub trait Bytes {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// Bytes `from..to`, `to` at most the size.
    ///
    /// # Errors
    /// Where they cannot be had; the error names the file.
    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError>;
}

/// A file in memory. What is behind its end is left out.
impl Bytes for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        let to = usize::try_from(to).unwrap_or(usize::MAX).min(self.len());
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(to);
        Ok(self[from..to].to_vec())
    }
}
