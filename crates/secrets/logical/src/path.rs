//! What a path may look like.

/// Bytes of a path.
pub const PATH_BYTES_MAX: usize = 2_048;
/// Segments of a path.
pub const PATH_SEGMENTS_MAX: usize = 32;
/// Bytes of one segment.
pub const SEGMENT_BYTES_MAX: usize = 1_024;

/// Whether values can be kept at the path: segments that are neither empty nor `.` or `..`, without control characters, within
/// the limits.
pub fn is_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && segment.len() <= SEGMENT_BYTES_MAX
            && segment != "."
            && segment != ".."
            && !segment.contains(char::is_control)
    };
    path.len() <= PATH_BYTES_MAX
        && path.split('/').count() <= PATH_SEGMENTS_MAX
        && path.split('/').all(is_segment)
}
