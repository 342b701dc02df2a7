//! What one client asks to go on from: gathered from its frames, one at a time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base::ChatId;
use gate::Close;

/// The last change that a client has seen, by topic.
pub(crate) type Cursor = HashMap<ChatId, i64>;

/// How many topics a cursor names at most: twice what an account follows, as clients may still know chats they have left.
const CURSOR_TOPICS_MAX: usize = 20_000;

/// At most one resume of a socket runs. What is asked for meanwhile runs after it, as one.
#[derive(Default)]
pub(crate) struct Resumes(Mutex<State>);

#[derive(Default)]
struct State {
    is_running: bool,
    waiting: Option<Cursor>,
}

impl Resumes {
    /// The cursor to run now, or nothing when one runs already and will take this one up.
    ///
    /// # Errors
    /// The code to close with, when too much is waiting.
    pub(crate) fn ask(&self, cursor: Cursor) -> Result<Option<Cursor>, Close> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.is_running {
            state.is_running = true;
            return Ok(Some(cursor));
        }
        gather(state.waiting.get_or_insert_default(), cursor)?;
        Ok(None)
    }

    /// What came while the last one ran; without any, the next that is asked for runs at once.
    pub(crate) fn next(&self) -> Option<Cursor> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = state.waiting.take();
        state.is_running = next.is_some();
        next
    }
}

/// Adds to a cursor. What is named twice goes on from the earlier change.
///
/// # Errors
/// The code to close with, when it names too many topics.
pub(crate) fn gather(cursor: &mut Cursor, more: Cursor) -> Result<(), Close> {
    for (topic, seen) in more {
        cursor
            .entry(topic)
            .and_modify(|known| *known = seen.min(*known))
            .or_insert(seen);
    }
    match cursor.len() > CURSOR_TOPICS_MAX {
        true => Err(Close::TooLarge),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use base::Id;

    use super::*;

    fn cursor(changes: &[(u8, i64)]) -> Cursor {
        let changes = changes.iter();
        changes
            .map(|(topic, seen)| (Id::from_bytes([*topic; 16]), *seen))
            .collect()
    }

    #[test]
    fn one_runs_and_the_rest_becomes_one() {
        let resumes = Resumes::default();
        assert_eq!(resumes.ask(cursor(&[(1, 4)])), Ok(Some(cursor(&[(1, 4)]))));
        assert_eq!(resumes.ask(cursor(&[(1, 7), (2, 1)])), Ok(None));
        assert_eq!(resumes.ask(cursor(&[(1, 5)])), Ok(None));
        assert_eq!(resumes.next(), Some(cursor(&[(1, 5), (2, 1)])));
        assert_eq!(resumes.next(), None);
        assert_eq!(resumes.ask(cursor(&[])), Ok(Some(cursor(&[]))));
    }

    #[test]
    fn a_cursor_has_an_end() {
        let of = |range: std::ops::Range<u64>| -> Cursor {
            let id = |number: u64| {
                let mut bytes = [0; 16];
                bytes[8..].copy_from_slice(&number.to_be_bytes());
                Id::from_bytes(bytes)
            };
            range.map(|number| (id(number), 1)).collect()
        };
        let mut gathered = Cursor::new();
        for part in 0..20 {
            assert_eq!(
                gather(&mut gathered, of(part * 1_000..(part + 1) * 1_000)),
                Ok(())
            );
        }
        assert_eq!(gather(&mut gathered, of(0..1_000)), Ok(()));
        assert_eq!(
            gather(&mut gathered, of(20_000..20_001)),
            Err(Close::TooLarge)
        );
    }
}
