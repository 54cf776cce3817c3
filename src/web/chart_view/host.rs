//! The canvas of one chart with what lies over it: cursor, selection and tooltip.
//!
//! The canvas is drawn anew only when the data, the theme or the size changes; pointing at
//! things moves a few elements above it.

#![allow(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

use super::screen::{Screen, dark, screen};
use crate::chart::theme::{Colours, theme};
use crate::chart::{self, Chart, Fact, Frame, Look, Mark};
use crate::table::time::Time;
use crate::web::canvas::Canvas;
use crate::web::slices::in_turn;
use crate::web::timing;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

/// Pixels that a pointer must move before it drags.
const DRAG: f64 = 4.0;

fn colours(dark: bool) -> &'static Colours {
    if dark { &theme().dark } else { &theme().light }
}

fn px(value: f64) -> String {
    format!("{value:.2}px")
}

/// What is done with a pointer that is dragged over a chart.
#[derive(Clone, Copy, Default)]
pub struct Drag {
    /// A span of time is marked, in whole windows.
    pub brush: Option<RwSignal<Option<(Time, Time)>>>,
    /// The value on the horizontal axis is followed.
    pub value: Option<Callback<f64>>,
}

/// Draws a chart in its turn whenever it, the theme or the size changes; gives its frame.
pub fn painted<C: Chart>(
    canvas: NodeRef<html::Canvas>,
    chart: Signal<C>,
    screen: RwSignal<Screen>,
) -> RwSignal<Option<Frame>> {
    let frame = RwSignal::new(None);
    let waiting = StoredValue::new(false);
    let dark = dark();
    Effect::new(move |_| {
        chart.track();
        screen.track();
        dark.track();
        if waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        let dark = dark.clone();
        in_turn(move || {
            // The chart may be gone by now.
            if waiting.try_set_value(false).is_some() {
                return;
            }
            let (Some(canvas), Some((width, height, dpr))) = (
                canvas.try_get_untracked().flatten(),
                screen.try_get_untracked(),
            ) else {
                return;
            };
            if width < 1.0 || height < 1.0 {
                return;
            }
            let began = timing::now();
            let look = Look::new(colours(dark.get_untracked()), width, height, dpr);
            if let Some(backend) = Canvas::new(&canvas, &look) {
                let drawn = chart.try_with_untracked(|c| chart::draw(c, backend, &look).ok());
                frame.set(drawn.flatten());
                timing::painted(began);
            }
        });
    });
    frame
}

/// A chart that can be pointed at, by pointer and by arrow keys.
#[component]
pub fn Host<C: Chart>(
    chart: Signal<C>,
    /// For `data-testid`: `chart-<name>`.
    #[prop(into)]
    name: String,
    /// Height in CSS pixels.
    height: Signal<f64>,
    /// The thing under the cursor; charts that share it show the same window.
    hovered: RwSignal<Option<usize>>,
    /// What is done with a pointer that is dragged.
    #[prop(default = Drag::default())]
    drag: Drag,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let screen = screen(canvas);
    let frame = painted(canvas, chart, screen);
    let dark = dark();
    // Where the tooltip stands in the viewport; only the chart under the pointer has one.
    let tip = RwSignal::new(None::<(f64, f64)>);
    let spoken = RwSignal::new(String::new());
    // The things between which a drag, or an arrow key with shift, has gone so far.
    let dragged = RwSignal::new(None::<(usize, usize)>);
    let pressed = StoredValue::new(None::<f64>);

    let thing = Memo::new(move |_| {
        let thing = hovered.get()?;
        chart.with(|c| (thing < c.things()).then_some(thing))
    });
    let mark = Memo::new(move |_| {
        let (thing, frame) = (thing.get()?, frame.get()?);
        let (width, height, dpr) = screen.get();
        let look = Look::new(colours(dark.get()), width, height, dpr);
        chart.with(|c| c.mark(&frame, &look, thing))
    });
    let place = move |event: &PointerEvent| {
        let rect = canvas.get_untracked()?.get_bounding_client_rect();
        Some((
            f64::from(event.client_x()) - rect.left(),
            f64::from(event.client_y()) - rect.top(),
        ))
    };
    let find = move |x: f64, y: f64| {
        let frame = frame.get_untracked()?;
        chart.with_untracked(|c| c.nearest(&frame, x, y))
    };
    let value_at = move |x: f64| {
        if let (Some(follow), Some(frame)) = (drag.value, frame.get_untracked()) {
            follow.run(frame.x_at(x));
        }
    };
    let span = move |ends: Option<(usize, usize)>| {
        let (one, other) = ends?;
        chart.with(|c| c.span(one, other))
    };
    let clear = move || {
        hovered.set(None);
        tip.set(None);
    };

    let moved = move |event: PointerEvent| {
        let Some((x, y)) = place(&event) else { return };
        let near = find(x, y);
        if let Some(from) = pressed.get_value() {
            if drag.value.is_some() {
                value_at(x);
            } else if (x - from).abs() > DRAG || dragged.get_untracked().is_some() {
                dragged.set(find(from, y).zip(near));
            }
        }
        if hovered.get_untracked() != near {
            hovered.set(near);
        }
        tip.set(near.map(|_| (f64::from(event.client_x()), f64::from(event.client_y()))));
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 || (drag.brush.is_none() && drag.value.is_none()) {
            return;
        }
        let Some((x, _)) = place(&event) else { return };
        pressed.set_value(Some(x));
        value_at(x);
        // A drag that leaves the chart goes on; without capture it merely ends there.
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
    };
    let up = move |_| {
        pressed.set_value(None);
        if let (Some(brush), ends @ Some(_)) = (drag.brush, dragged.get_untracked()) {
            dragged.set(None);
            if let Some((from, to)) = untrack(|| span(ends)) {
                brush.set(Some((Time(from), Time(to))));
            }
        }
    };
    let reset = move |_| {
        if let Some(brush) = drag.brush {
            brush.set(None);
        }
    };
    let anchor = StoredValue::new(None::<usize>);
    let key = move |event: KeyboardEvent| {
        let (things, here) = (chart.with_untracked(C::things), thing.get_untracked());
        if things == 0 {
            return;
        }
        let last = things - 1;
        let beside = |down| {
            let here = here?;
            chart.with_untracked(|c| c.beside(here, down))
        };
        let next = match event.key().as_str() {
            "ArrowRight" => Some(here.map_or(0, |h| (h + 1).min(last))),
            "ArrowLeft" => Some(here.map_or(last, |h| h.saturating_sub(1))),
            "ArrowUp" => beside(false),
            "ArrowDown" => beside(true),
            "Home" => Some(0),
            "End" => Some(last),
            "Escape" => {
                match drag.brush {
                    Some(brush) if here.is_none() => brush.set(None),
                    _ => clear(),
                }
                anchor.set_value(None);
                spoken.set(String::new());
                event.prevent_default();
                return;
            }
            _ => None,
        };
        let Some(next) = next else { return };
        event.prevent_default();
        hovered.set(Some(next));
        if event.shift_key() {
            if anchor.get_value().is_none() {
                anchor.set_value(here.or(Some(next)));
            }
            if let (Some(brush), Some((from, to))) = (
                drag.brush,
                untrack(|| span(anchor.get_value().zip(Some(next)))),
            ) {
                brush.set(Some((Time(from), Time(to))));
            }
        } else {
            anchor.set_value(None);
        }
        let rect = canvas.get_untracked().map(|c| c.get_bounding_client_rect());
        tip.set(rect.zip(mark.get_untracked()).map(|(rect, mark)| {
            let (left, top, right, bottom) = mark.area;
            let x = mark.line.unwrap_or(f64::midpoint(left, right));
            let y = mark
                .dots
                .first()
                .map_or(f64::midpoint(top, bottom), |d| d.1);
            (rect.left() + x, rect.top() + y)
        }));
        spoken.set(chart.with_untracked(|c| said(&c.describe(next))));
    };

    let facts = Memo::new(move |_| {
        let thing = thing.get()?;
        Some(chart.with(|c| c.describe(thing)))
    });
    let selected = Memo::new(move |_| {
        let (from, to) = match dragged.get() {
            ends @ Some(_) => span(ends)?,
            None => drag.brush?.get().map(|(from, to)| (from.0, to.0))?,
        };
        let frame = frame.get()?;
        let side = |t: i64| {
            frame
                .px(t as f64)
                .clamp(frame.left, frame.right.max(frame.left))
        };
        Some((side(from), side(to), frame.top, frame.bottom))
    });
    let can_drag = drag.brush.is_some() || drag.value.is_some();

    view! {
        <div class="chart" class:chart-drag=can_drag style:height=move || px(height.get())>
            <div
                class="chart-face"
                role="img"
                tabindex="0"
                aria-label=move || chart.with(C::sentence)
                data-testid=format!("chart-{name}")
                on:pointermove=moved
                on:pointerdown=down
                on:pointerup=up
                on:pointercancel=up
                on:pointerleave=move |_| clear()
                on:dblclick=reset
                on:keydown=key
                on:blur=move |_| clear()
            >
                <canvas node_ref=canvas class="chart-canvas"></canvas>
                {move || selected.get().map(selection)}
                {move || mark.get().map(marks)}
            </div>
            <Show when=move || tip.with(Option::is_some) && facts.with(Option::is_some)>
                <div
                    class="chart-tip"
                    data-testid=format!("tip-{}", C::NAME)
                    aria-hidden="true"
                    style:left=move || px(tip.get().unwrap_or_default().0)
                    style:top=move || px(tip.get().unwrap_or_default().1)
                    style:transform=move || away(tip.get().unwrap_or_default())
                >
                    {move || facts.get().map(|f| f.into_iter().map(line).collect_view())}
                </div>
            </Show>
            <span class="chart-spoken" aria-live="polite">{move || spoken.get()}</span>
        </div>
    }
}

/// Moves a tooltip to the side of its point that has more room, so that it needs no measuring.
fn away((x, y): (f64, f64)) -> String {
    let side =
        |axis: fn(&web_sys::Window) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
            axis(&window()).ok().and_then(|v| v.as_f64()).unwrap_or(0.0)
        };
    let left = if x > side(web_sys::Window::inner_width) / 2.0 {
        "calc(-100% - 14px)"
    } else {
        "14px"
    };
    let up = if y > side(web_sys::Window::inner_height) / 2.0 {
        "calc(-100% - 8px)"
    } else {
        "12px"
    };
    format!("translate({left}, {up})")
}

fn said(facts: &[Fact]) -> String {
    let lines = facts.iter().map(|f| match f.label.as_str() {
        "" => f.text.clone(),
        label => format!("{label} {}", f.text),
    });
    lines.collect::<Vec<_>>().join(", ")
}

fn line(fact: Fact) -> impl IntoView {
    if fact.label.is_empty() {
        return view! { <div class="chart-tip-head">{fact.text}</div> }.into_any();
    }
    let chip = fact.hue.map(|hue| {
        let colour = format!("var(--cat-{})", hue + 1);
        view! { <i class="chart-chip" style:background=colour></i> }
    });
    view! {
        <div class="chart-tip-line" class:chart-tip-main=fact.hue.is_some()>
            <span class="chart-tip-label">{chip}{fact.label}</span>
            <span class="chart-tip-value">{fact.text}</span>
        </div>
    }
    .into_any()
}

fn selection((left, right, top, bottom): (f64, f64, f64, f64)) -> impl IntoView {
    view! {
        <div
            class="chart-selection"
            data-testid="selection"
            style:left=px(left)
            style:top=px(top)
            style:width=px(right - left)
            style:height=px(bottom - top)
        ></div>
    }
}

fn marks(mark: Mark) -> impl IntoView {
    let (left, top, right, bottom) = mark.area;
    let (class, left, width) = match mark.line {
        Some(x) => ("chart-line", x, 0.0),
        None => ("chart-cell", left, right - left),
    };
    let dots = mark.dots.into_iter().map(|(x, y, colour)| {
        let colour = format!("rgb({} {} {})", colour.0, colour.1, colour.2);
        view! { <i class="chart-dot" style:left=px(x) style:top=px(y) style:background=colour></i> }
    });
    view! {
        <div
            class=class
            style:left=px(left)
            style:top=px(top)
            style:width=px(width)
            style:height=px(bottom - top)
        ></div>
        {dots.collect_view()}
    }
}
