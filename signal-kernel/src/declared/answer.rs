//! What a resource holds: the state everyone sees, and the one future that is at work on it.
//!
//! Invariants: outside a poll, a future exists exactly while the state is pending; it is dropped before its
//! successor is created and before any other status is seen; what it yielded is committed only if no newer
//! question was asked in the same settle. Only `poll` polls.
//!
//! Must not know: who polls, how the graph settles, the rules of the states (`state` and `machine` have them).

use super::{settle::Dropped, slot::Caught, sweep::Sweep};
use crate::{
    cancel::CancelToken,
    hub::{Bell, Hub, Post},
    panics::FirstPanic,
    room::{Start, Tenancy},
    state::{AsyncState, CancelReason, Change, Discarded, KeepPrevious},
};
use std::{
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

/// A resource of a declared graph, that yields a `T` or an `E` through the future `F`.
pub struct Answer<T, E, F> {
    /// What everyone sees.
    pub state: AsyncState<T, E>,
    /// Never locked, only reached through `&mut`: the mutex makes the graph `Sync` where a future is not.
    work: Mutex<Work<T, E, F>>,
    request: Option<Request>,
    /// The arguments' dependencies changed since the last start.
    moved: bool,
    /// The question as it is now has been asked.
    asked: bool,
    keep_previous: KeepPrevious,
    manual: bool,
    rank: u32,
    bell: Ring,
    /// When value, error, status and anything at all last changed.
    versions: [u64; 4],
}

/// The work, and how far it is.
struct Work<T, E, F> {
    stage: Stage<T, E>,
    /// Where it is done. Empty when nothing is running.
    room: Option<F>,
    /// That of the run, if it has asked for one.
    token: Option<CancelToken>,
}

/// What the work rings, once there was any: as what it is, and as a waker.
type Ring = Option<(Arc<Bell>, Waker)>;

enum Stage<T, E> {
    Rest,
    Running,
    /// Ended, not committed yet.
    Done(Result<T, E>),
    Panicked,
}

/// What the holder of the graph asked for.
#[derive(Debug)]
pub enum Request {
    /// `reload_x`
    Reload,
    /// `cancel_x`
    Cancel(CancelReason),
}

const PARTS: [Change; 4] = [
    Change::VALUE,
    Change::ERROR,
    Change::STATUS,
    Change::TRANSITION,
];

impl<T, E, F> Answer<T, E, F>
where
    F: Tenancy<Output = Result<T, E>>,
{
    /// A resource that has not been asked anything. `rank` is where it acts.
    pub fn new(rank: u32, keep_previous: KeepPrevious, manual: bool) -> Self {
        Answer {
            state: AsyncState::default(),
            work: Mutex::new(Work {
                stage: Stage::Rest,
                room: None,
                token: None,
            }),
            request: None,
            moved: false,
            asked: false,
            keep_previous,
            manual,
            rank,
            bell: None,
            versions: [0; 4],
        }
    }

    /// The first load, while the graph is being built.
    pub fn begin<S>(&mut self, post: &Option<Post>, start: Option<S>)
    where
        S: FnOnce(Start<'_, F>),
    {
        if let Some(start) = start {
            self.run(post.as_ref().map(|post| &post.hub), start);
            self.asked = true;
            let _ = self.state.start(self.keep_previous, false); // nothing is replaced
        }
    }

    /// When this part last changed.
    pub fn version(&self, part: Change) -> u64 {
        let index = PARTS.iter().position(|&known| known == part);
        index.map_or(0, |index| self.versions[index])
    }

    /// Notes what the holder of the graph asked for; the last request counts. True for the first one.
    pub fn request(&mut self, request: Request) -> bool {
        self.request.replace(request).is_none()
    }

    /// The question is another one than that of the last start.
    pub(crate) fn ask_anew(&mut self) {
        self.moved = true;
    }

    /// The question's dependencies changed. Says whether the answer must be visited, too.
    #[inline]
    pub fn question_changed<const ONE: bool, const W: usize>(
        &mut self,
        sweep: &mut Sweep<'_, ONE, W>,
    ) -> bool {
        self.ask_anew();
        if !self.manual {
            sweep.came_to(Change::TRANSITION);
        }
        !self.manual
    }

    /// Starts, stops or commits, whatever is due.
    ///
    /// The caller notes the change before it lets a panic go on.
    pub fn act<S>(
        &mut self,
        hub: Option<&Arc<Hub>>,
        revision: u64,
        start: impl FnOnce() -> Option<S>,
        same: Option<fn(&T, &T) -> bool>,
    ) -> (Change, Dropped)
    where
        S: FnOnce(Start<'_, F>),
    {
        let mut panics = FirstPanic::default();
        let before = self.state.status();
        let mut step = if self.must_start() {
            self.start(hub, start, &mut panics)
        } else if matches!(self.request, Some(Request::Cancel(_))) {
            // It was asked for before what the work has yielded could be committed.
            (Change::NONE, Discarded::nothing())
        } else {
            self.commit(same, &mut panics)
        };
        if self.request.is_some() {
            step.0 = step.0.union(self.cancel(&mut panics));
            if self.state.status() == before {
                step.0 = step.0.without(Change::STATUS); // started and stopped: the net change counts
            }
        }
        let (change, discarded) = step;
        self.note(change, revision);
        discarded.discard(&mut panics);
        (change, Dropped(panics))
    }

    /// Carries out a request to end, if it is one.
    #[cold]
    fn cancel(&mut self, panics: &mut FirstPanic) -> Change {
        let Some(Request::Cancel(reason)) = self.request.take() else {
            return Change::NONE;
        };
        self.stop(&reason, panics);
        let (change, discarded) = self.state.cancel(reason);
        discarded.discard(panics);
        change
    }

    fn must_start(&self) -> bool {
        (self.moved && !self.manual) || matches!(self.request, Some(Request::Reload))
    }

    /// Asks the question anew.
    fn start<S>(
        &mut self,
        hub: Option<&Arc<Hub>>,
        start: impl FnOnce() -> Option<S>,
        panics: &mut FirstPanic,
    ) -> Step<T, E>
    where
        S: FnOnce(Start<'_, F>),
    {
        let again = mem::take(&mut self.asked) && !self.moved;
        self.moved = false;
        let mut reason = &CancelReason::SourceChanged;
        if matches!(self.request, Some(Request::Reload)) {
            self.request = None;
            if again {
                reason = &CancelReason::Reloaded;
            }
        }
        self.stop(reason, panics);
        // user code: the arguments
        match panics.catch(|| start().map(|start| self.run(hub, start))) {
            None => self.state.start_failed(),
            Some(None) => self.state.no_input(),
            Some(Some(())) => {
                self.asked = true;
                self.state.start(self.keep_previous, again)
            }
        }
    }

    #[inline(always)]
    fn run<S>(&mut self, hub: Option<&Arc<Hub>>, start: S)
    where
        S: FnOnce(Start<'_, F>),
    {
        let Some(hub) = hub else { return };
        let work = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        work.token = None;
        start(Start {
            room: &mut work.room,
            token: &mut work.token,
        }); // user code
        work.stage = Stage::Running;
        let (bell, _) = self.bell.get_or_insert_with(|| {
            let bell = Bell::new(hub, self.rank);
            (bell.clone(), Waker::from(bell))
        });
        bell.begin();
    }

    /// Makes what the work has yielded the state.
    fn commit(&mut self, same: Option<fn(&T, &T) -> bool>, panics: &mut FirstPanic) -> Step<T, E> {
        let work = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        if matches!(work.stage, Stage::Rest | Stage::Running) {
            return (Change::NONE, Discarded::nothing());
        }
        match mem::replace(&mut work.stage, Stage::Rest) {
            Stage::Done(Ok(value)) => match same {
                None => self.state.succeed(value),
                Some(same) => self.succeed_unless(value, same, panics),
            },
            Stage::Done(Err(error)) => self.state.fail(error),
            _ => self.state.panicked(),
        }
    }

    /// Makes `value` the state, unless the resource's own rule calls it equal to the one before. The rule may panic, and
    /// the value too when it is dropped: one after the other.
    fn succeed_unless(
        &mut self,
        value: T,
        same: fn(&T, &T) -> bool,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        let equal = match self.state.value() {
            Some(old) if self.state.is_pending() => panics.catch(|| same(old, &value)), // user code
            _ => Some(false),
        };
        let Some(equal) = equal else {
            panics.discard(value); // user code
            return self.state.panicked();
        };
        self.state.succeed_unless(value, |_, _| equal)
    }

    /// Drops the work, if there is any, or what it has yielded.
    #[inline(always)]
    fn stop(&mut self, reason: &CancelReason, panics: &mut FirstPanic) {
        let work = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        let stage = mem::replace(&mut work.stage, Stage::Rest);
        if matches!(stage, Stage::Running) {
            work.end(&self.bell, Some(reason), panics);
        } else {
            panics.discard(stage); // user code
        }
    }

    fn note(&mut self, change: Change, revision: u64) {
        for (version, part) in self.versions.iter_mut().zip(PARTS) {
            if change.contains(part) {
                *version = revision;
            }
        }
    }
}

impl<T, E, F: Tenancy> Work<T, E, F> {
    /// The run is over, for a reason or by itself: whoever waits for its end is told, and the future is dropped.
    #[inline(always)]
    fn end(&mut self, bell: &Ring, reason: Option<&CancelReason>, panics: &mut FirstPanic) {
        if let (Some(token), Some(reason)) = (self.token.take(), reason) {
            panics.catch(|| token.cancel(reason.clone())); // user code: whoever waits is woken
        }
        if let Some(room) = &mut self.room {
            panics.catch(|| room.clear()); // user code
            if room.is_large() {
                self.room = None;
            }
        }
        if let Some((bell, _)) = bell {
            bell.end();
        }
    }
}

/// What a transition changed, and what it replaced.
type Step<T, E> = (Change, Discarded<T, E>);

/// A resource as the loops see it, whatever its type.
pub(crate) trait AnyAnswer {
    /// When anything last changed.
    fn moved_at(&self) -> u64;
    /// A start is due: the arguments are needed.
    fn will_start(&self) -> bool;
    /// A start is due, but the arguments depend on a failed node.
    fn start_failed(&mut self, revision: u64, panics: &mut Caught) -> Change;
    /// Polls the work; true if it has come to an end and there is something to commit.
    fn poll(&mut self, panics: &mut Caught) -> bool;
}

impl<T, E, F> AnyAnswer for Answer<T, E, F>
where
    F: Tenancy<Output = Result<T, E>>,
{
    fn moved_at(&self) -> u64 {
        self.version(Change::TRANSITION)
    }

    fn will_start(&self) -> bool {
        self.must_start()
    }

    fn start_failed(&mut self, revision: u64, Caught(panics): &mut Caught) -> Change {
        (self.moved, self.asked) = (false, false);
        self.request = None;
        self.stop(&CancelReason::Panicked, panics);
        let (change, discarded) = self.state.start_failed();
        self.note(change, revision);
        discarded.discard(panics);
        change
    }

    fn poll(&mut self, Caught(panics): &mut Caught) -> bool {
        let Some((bell, waker)) = &self.bell else {
            return false;
        };
        bell.rung();
        let work = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (Stage::Running, Some(room)) = (&work.stage, &mut work.room) else {
            return false;
        };
        let mut context = Context::from_waker(waker);
        // user code
        let (stage, reason) = match panics.catch(|| Pin::new(room).poll(&mut context)) {
            Some(Poll::Pending) => return false,
            Some(Poll::Ready(result)) => (Stage::Done(result), None),
            None => (Stage::Panicked, Some(&CancelReason::Panicked)),
        };
        work.stage = stage;
        work.end(&self.bell, reason, panics);
        true
    }
}

impl<T, E, F> Drop for Answer<T, E, F> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        let work = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        let stage = mem::replace(&mut work.stage, Stage::Rest);
        let running = matches!(stage, Stage::Running);
        if let (true, Some(token)) = (running, &work.token) {
            panics.catch(|| token.cancel(CancelReason::Disposed)); // user code: whoever waits is woken
        }
        panics.discard(stage); // user code
        panics.discard(work.room.take()); // user code
        if let (true, Some((bell, _))) = (running, &self.bell) {
            bell.end();
        }
        self.state.take().discard(&mut panics);
        panics.end_drop();
    }
}
