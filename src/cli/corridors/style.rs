//! Colour on a terminal; without one the same text.

use std::io::{self, StdoutLock};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};

/// What stands above or before the rest.
pub(super) const HEADING: Style = Style::new().bold();

/// What is refused.
pub(super) const REFUSED: Style = AnsiColor::Red.on_default().bold();

/// What somebody should look at.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// Returns standard output, which takes colours out unless it is a terminal that shows them.
pub(super) fn painted() -> AutoStream<StdoutLock<'static>> {
    AutoStream::auto(io::stdout().lock())
}
