#![doc = include_str!("../docs/crate.md")]

mod aborted;
#[doc = include_str!("../docs/async_state.md")]
pub mod async_state {}
mod busy;
mod declared;
mod dynamic;
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}
mod editor;
pub mod eq;
#[doc = include_str!("../docs/dynamic.md")]
pub mod functions {}
mod graph;
mod later;
mod live;
#[doc(hidden)]
pub mod needs;
mod panics;
mod provisional;
mod reactive;
#[doc = include_str!("../docs/rules.md")]
pub mod rules {}
mod shared;
#[doc = include_str!("../docs/sharing.md")]
pub mod sharing {}
mod stack;
mod state;
#[doc = include_str!("../docs/streams.md")]
pub mod streams {}
mod sync;
mod task;
pub mod time;

pub use busy::Busy;
pub use declared::lists::{batch::ListBatch, list::List};
pub use dynamic::{
    AsyncEvent, AsyncMeta, AsyncSignal, AsyncValue, Closed, Computed, Cycle, Disposed, EachItem,
    Effect, FetchContext, Fetcher, FoldItems, FromFutureOptions, Inbox, InboxSender,
    InvalidationTarget, ItemRule, KeyedRevision, NodeFailure, ReadError, ReadSignal,
    ResourceOptions, Revision, Running, Scope, Signal, StreamOptions, Streamer, async_signal,
    async_signal_with, batch, callback, computed, computed_with, create_effect, create_effect_with,
    create_manual_resource, create_manual_resource_with, create_resource, create_resource_when,
    create_resource_when_with, create_resource_with, create_stream_resource,
    create_stream_resource_with, from_future, from_future_with, from_stream, from_stream_with,
    inbox, keyed, on_cleanup, poll_progress, progress, scope, settled, signal, signal_with,
    transaction, untrack,
};
pub use graph::{Graph, Node, NodeKind};
pub use live::{Live, Updates};
pub use reactive::{Part, Reactive};
pub use shared::Shared;
pub use task::{
    cancel::{CancelToken, Cancelled},
    resource::Resource,
    state::{AsyncState, Failure},
    status::{AsyncStatus, CancelReason, Interrupted},
};

#[doc = include_str!("../docs/reactive.md")]
pub use signal_kernel_macros::reactive;

#[doc = include_str!("../docs/resource.md")]
pub use signal_kernel_macros::resource;

#[cfg(rust_analyzer)]
#[doc(hidden)]
pub use editor::__keywords;

/// The tests run the programs of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Names for generated code. Not part of the public interface: they change without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        declared::{
            Core, Declared, DeclaredGraph, Engine, Link, Links, MemoState, Outermost, Payload,
            Visitor, Words, batch,
            drive::{poll_progress, poll_work, progress, settled},
            inside::graph::{Inside, restore_inside},
            lists::{
                batch::{ByParts, Follows, Made, Maker},
                follow::FedRows,
                state::{restore_rows, states_of},
            },
            make,
            memo::Memo,
            names::{EFFECTS, MEMBERS, NOTHING, Names, ORDER, WHOLE, position},
            pass::Pass,
            per::PerSlot,
            read,
            resource::ResourceSlot,
            settle,
            slot::{Slot, Version},
            topology::{Lists, Masks, Topology},
            watch::Watch,
        },
        dynamic::{check_dynamic, dynamic_size},
        panics::FirstPanic,
        reactive::{GivenGraph, GivenKey, KnownGraph, KnownKey, part},
        state::{FromState, GivenFromState, GivenState, KnownFromState, KnownState, Stateful},
        task::{
            ready::{ReadyQueue, ReadyReceiver},
            resource::{Given, Judged, Known, LocalFuture, SendFuture, Taken, Yields},
            reusable::IntoOk,
            state::{AsyncState, Change},
            status::{CancelReason, Interrupted, KeepPrevious, Policy},
            stream::{Folded, Latest, LocalStream, SendStream},
            task::Request,
            timed::{
                LocalSleep, LocalSleeps, SendSleep, SendSleeps, Timed, Times, local_sleeps,
                send_sleeps,
            },
            work::Start,
        },
    };
    pub use core;
    pub use signal_kernel_macros::{__picture as picture, reactive_where, resource_where};
    pub use std;
}
