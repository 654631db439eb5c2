//! Messages from other threads to the graph of this thread.
//!
//! Invariants: messages are handled in the order in which they were sent, each once and as one batch, unless the inbox is
//! disposed of before. `messages` counts all messages of the thread that wait: a wait for all work includes them. No lock
//! is held while user code runs.
//!
//! Must not know: executors, and the nature of messages.

use super::{
    effect::on_cleanup,
    engine::{
        batch, context, current,
        handle::Handle,
        tasks::{Mailbox, ThreadTasks},
    },
    graph::ids::NodeId,
    scope::scope,
};
use crate::{panics::FirstPanic, stack, sync::lock, task::ready::TaskWaker};
use std::{
    cell::RefCell,
    collections::VecDeque,
    error::Error,
    fmt,
    marker::PhantomData,
    rc::Rc,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The receiving end of an [`inbox`], to end it by hand. The handle is `Copy`, and stays on its thread.
#[derive(Clone, Copy)]
pub struct Inbox {
    handle: Handle,
    local: PhantomData<*const ()>,
}

/// Sends messages to an [`inbox`], from any thread.
pub struct InboxSender<M> {
    channel: Arc<Channel<M>>,
}

/// The inbox is gone, with its owner or its thread. It gives the message back.
///
/// # Examples
///
/// See [`inbox`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Closed<M>(pub M);

/// The messages, for both ends.
struct Channel<M> {
    queue: Mutex<Queue<M>>,
    waker: Arc<TaskWaker>,
    /// The number of messages of the whole thread that wait.
    messages: Arc<AtomicUsize>,
}

struct Queue<M> {
    waiting: VecDeque<M>,
    closed: bool,
}

impl<M> Channel<M> {
    fn queue(&self) -> MutexGuard<'_, Queue<M>> {
        lock(&self.queue)
    }

    fn take_next(&self) -> Option<M> {
        let message = self.queue().waiting.pop_front();
        if message.is_some() {
            self.messages.fetch_sub(1, Ordering::AcqRel);
        }
        message
    }

    fn close(&self, panics: &mut FirstPanic) {
        self.queue().closed = true;
        while let Some(message) = self.take_next() {
            panics.discard(message); // user code
        }
    }
}

/// The end on the thread of the graph.
struct Receiver<M, F> {
    channel: Arc<Channel<M>>,
    /// None while it runs.
    handler: RefCell<Option<F>>,
}

impl<M, F: FnMut(M)> Mailbox for Receiver<M, F> {
    fn handle(&self, panics: &mut FirstPanic) -> bool {
        self.channel.waker.begin_poll();
        // Messages that are sent meanwhile follow in the next poll.
        let count = self.channel.queue().waiting.len();
        let mut handled = 0;
        while handled < count {
            let Some(mut handler) = self.handler.take() else {
                break;
            };
            let Some(message) = self.channel.take_next() else {
                self.handler.replace(Some(handler));
                break; // the inbox was disposed of
            };
            panics.catch(|| {
                current::with(|cell| {
                    let _outside = context::Detached::new(cell);
                    batch::run(cell, || handler(message)); // user code
                });
            });
            self.handler.replace(Some(handler));
            handled += 1;
        }
        if !self.channel.queue().waiting.is_empty() {
            panics.catch(|| std::task::Wake::wake_by_ref(&self.channel.waker)); // user code
        }
        handled > 0
    }

    fn close(&self, panics: &mut FirstPanic) {
        self.channel.close(panics);
    }
}

/// Also at the end of the thread.
impl<M, F> Drop for Receiver<M, F> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        self.channel.close(&mut panics); // user code
        panics.discard(self.handler.take()); // user code
        panics.end_drop();
    }
}

/// Makes a way into the graph of this thread that other threads can use: `handler` handles each message on this thread, as
/// one [`batch`](crate::batch), in the order of sending. Messages wait until a task polls the work of the thread by
/// [`progress`](crate::progress()), [`settled`](crate::settled()) or [`poll_progress`](crate::poll_progress); a message
/// wakes it.
///
/// The number of messages that wait has no bound. `settled` handles all that was sent before it. The inbox belongs to the
/// scope, the effect or the computed value that is running, and ends with it, with [`Inbox::dispose`], or with the thread:
/// messages that still wait are dropped then, and [`InboxSender::send`] is an error. The handler is untracked, and the nodes that
/// it makes have no owner.
///
/// # Panics
///
/// Not here. A panic of the handler reaches the task that polls, when all other messages have been handled.
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_effect, inbox, settled, signal};
/// use std::thread;
///
/// let total = signal(0);
/// create_effect(move || println!("{}", total.get())); // 0
/// let (inbox, sender) = inbox(move |sum: u32| total.update(|total| *total += sum));
///
/// thread::spawn({
///     let sender = sender.clone();
///     move || (1..=3).for_each(|sum| sender.send(sum).unwrap())
/// })
/// .join()
/// .unwrap();
/// # futures::executor::block_on(async {
/// settled().await; // 1, 3, 6
/// assert_eq!(total.get(), 6);
/// # });
///
/// inbox.dispose();
/// assert_eq!(sender.send(4).unwrap_err().0, 4);
/// ```
#[track_caller]
pub fn inbox<M: Send + 'static>(handler: impl FnMut(M) + 'static) -> (Inbox, InboxSender<M>) {
    let (ends, owner) = scope(|| {
        let closes = Rc::new(RefCell::new(None::<(NodeId, Rc<dyn Mailbox>)>));
        let ends = closes.clone();
        on_cleanup(move || {
            let mut panics = FirstPanic::default();
            if let Some((node, mailbox)) = ends.take() {
                current::with(|cell| {
                    if let Some(tasks) = &mut cell.borrow_mut().tasks {
                        tasks.mailboxes.remove(&node);
                    }
                });
                mailbox.close(&mut panics); // user code
                panics.catch(|| stack::ending(|| drop(mailbox))); // user code
            }
            panics.resume();
        });
        closes
    });
    let handle = owner.into_handle();
    let node = handle.key.node;
    let sender = current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let tasks = runtime.tasks.get_or_insert_with(ThreadTasks::new);
        let channel = Arc::new(Channel {
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                closed: false,
            }),
            waker: TaskWaker::new(&tasks.waiting.queue, node.to_number()),
            messages: tasks.waiting.messages.clone(),
        });
        let mailbox: Rc<dyn Mailbox> = Rc::new(Receiver {
            channel: channel.clone(),
            handler: RefCell::new(Some(handler)),
        });
        tasks.mailboxes.insert(node, Rc::downgrade(&mailbox));
        ends.replace(Some((node, mailbox)));
        InboxSender { channel }
    });
    let inbox = Inbox {
        handle,
        local: PhantomData,
    };
    (inbox, sender)
}

impl Inbox {
    /// Ends the inbox: messages that wait are dropped, and no more can be sent. A second call does nothing.
    ///
    /// # Panics
    ///
    /// With the first panic of a message or a handler that is dropped.
    ///
    /// # Examples
    ///
    /// See [`inbox`].
    pub fn dispose(self) {
        batch::dispose_node(self.handle);
    }
}

impl<M> InboxSender<M> {
    /// Sends a message, from any thread, and wakes the tasks that drive the thread of the inbox. It never waits.
    ///
    /// # Errors
    ///
    /// [`Closed`], with the message, if the inbox is gone.
    ///
    /// # Examples
    ///
    /// See [`inbox`].
    pub fn send(&self, message: M) -> Result<(), Closed<M>> {
        let mut queue = self.channel.queue();
        if queue.closed {
            drop(queue);
            return Err(Closed(message));
        }
        self.channel.messages.fetch_add(1, Ordering::AcqRel);
        queue.waiting.push_back(message);
        drop(queue);
        std::task::Wake::wake_by_ref(&self.channel.waker); // user code
        Ok(())
    }
}

impl<M> Clone for InboxSender<M> {
    fn clone(&self) -> Self {
        InboxSender {
            channel: self.channel.clone(),
        }
    }
}

impl<M> fmt::Debug for InboxSender<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxSender").finish_non_exhaustive()
    }
}

/// Prints where the inbox was made.
impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.debug("inbox", f)
    }
}

impl<M> fmt::Debug for Closed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closed").finish_non_exhaustive()
    }
}

impl<M> fmt::Display for Closed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the inbox is gone, with its owner or its thread")
    }
}

impl<M> Error for Closed<M> {}
