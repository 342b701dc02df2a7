//! Cursors of lists: opaque to clients, and authenticated, since what they hold goes into statements.

use base::{Hex, Result};

use crate::{Act, CURSOR_INVALID};

/// How many bytes of its authentication code a cursor carries.
const CURSOR_CODE_BYTES: usize = 16;

impl Act {
    /// An opaque, authenticated cursor that holds `position` for this operation and tenant.
    ///
    /// # Errors
    /// [`crate::SEALED`].
    pub async fn cursor(&self, position: &[u8]) -> Result<String> {
        let code = self.cursor_code(position).await?;
        Ok(format!("{}{}", Hex(&code), Hex(position)))
    }

    /// What [`Act::cursor`] held.
    ///
    /// # Errors
    /// [`CURSOR_INVALID`] when it was made for another operation or tenant, or changed.
    pub async fn read_cursor(&self, cursor: &str) -> Result<Vec<u8>> {
        let bytes = unhex(cursor).ok_or(CURSOR_INVALID)?;
        let (code, position) = bytes
            .split_at_checked(CURSOR_CODE_BYTES)
            .ok_or(CURSOR_INVALID)?;
        match cipher::equal(code, &self.cursor_code(position).await?) {
            true => Ok(position.to_vec()),
            false => Err(CURSOR_INVALID.into()),
        }
    }

    async fn cursor_code(&self, position: &[u8]) -> Result<Vec<u8>> {
        let index = self.ports.vault.index(self.tenant).await?;
        let message = [self.operation.name.as_bytes(), &[0], position].concat();
        Ok(index
            .hash("act.cursor", &message)
            .into_iter()
            .take(CURSOR_CODE_BYTES)
            .collect())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    const CURSOR_MAX: usize = 512;
    if text.len() > CURSOR_MAX || !text.is_ascii() {
        return None;
    }
    let digits = text.as_bytes().as_chunks::<2>();
    if !digits.1.is_empty() {
        return None;
    }
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.0.iter().map(byte).collect()
}
