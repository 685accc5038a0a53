//! The terminal: a picture redrawn in place, or a line per simulated day where the output is no terminal.

use std::io::{IsTerminal, Write, stdout};
use std::time::Duration;

use plimsoll_demo::view::{Colour, Moment, day_line, frame};
use plimsoll_report::format::{dollars, grouped};
use tokio::sync::watch::Receiver;
use tokio::time::{MissedTickBehavior, interval};

const REDRAW: Duration = Duration::from_millis(200);
const DAY_SECONDS: u64 = 86_400;

/// Whether standard output takes colours and a picture.
#[must_use]
pub(crate) fn colour() -> Colour {
    if stdout().is_terminal() { Colour::On } else { Colour::Off }
}

/// Shows both runs until it is dropped. Output that nobody reads is no reason to stop.
pub(crate) async fn show(moving: Receiver<Option<Moment>>, frozen: Receiver<Option<Moment>>) {
    let mut tick = interval(REDRAW);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut drawn_lines = 0;
    let mut days = [0; 2];
    loop {
        tick.tick().await;
        let moments = [moving.borrow().clone(), frozen.borrow().clone()];
        if colour() == Colour::On {
            drawn_lines = draw(&moments, drawn_lines);
        } else {
            for (moment, day) in moments.iter().zip(&mut days) {
                log_day(moment.as_ref(), day);
            }
        }
    }
}

/// Draws the moving run's picture and a line for the other, over what was drawn before. Returns the lines drawn.
fn draw(moments: &[Option<Moment>; 2], drawn_before: usize) -> usize {
    let Some(moving) = &moments[0] else {
        return drawn_before;
    };
    let mut lines = frame(moving, Colour::On);
    if let Some(frozen) = &moments[1] {
        lines.push(String::new());
        lines.push(progress_line(frozen));
    }
    let mut text = if drawn_before > 0 { format!("\u{1b}[{drawn_before}A") } else { String::new() };
    for line in &lines {
        text += "\u{1b}[2K";
        text += line;
        text += "\n";
    }
    let _ = stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush());
    lines.len()
}

/// One line for the run that is played beside the one in the picture.
fn progress_line(moment: &Moment) -> String {
    format!(
        "beside it  {}: step {} of {}, liquidations {}, bad debt {} USDC",
        moment.title,
        grouped(moment.step),
        grouped(moment.steps),
        grouped(moment.accounts.liquidations),
        dollars(moment.accounts.bad_debt_quote_atoms),
    )
}

fn log_day(moment: Option<&Moment>, day: &mut u64) {
    let Some(moment) = moment else { return };
    let today = moment.time_seconds / DAY_SECONDS;
    if today > *day {
        *day = today;
        let run = moment.title.rsplit(", ").next().unwrap_or_default();
        let _ = writeln!(stdout(), "{run}  {}", day_line(moment));
    }
}
