//! A program without warnings of rustdoc: `tests/documentation.rs` documents it.

#![deny(warnings, missing_docs)]

use signal_kernel::{reactive, resource};

/// Where users are kept.
#[derive(Clone)]
pub struct Client;

struct Private;

/// Asks the client.
#[resource(infallible)]
pub async fn fetch(_client: Client, id: u64) -> u64 {
    id
}

reactive! {
    /// Nodes of every kind and visibility.
    #[state(SavedPage, derive(Clone))]
    pub struct Page<T: Clone + PartialEq, const N: usize>
    where
        T: Send,
    {
        let client: Client = Client;
        /// What was shown.
        pub let mut log: Vec<String> = Vec::new();
        /// Whose page it is.
        pub signal id: u64 = 1;
        pub(crate) signal r#type: T;
        #[state(doc = "See [`Client`].")]
        signal theme: u8 = 0;
        #[state(skip)]
        pub signal last_seen: u64;
        /// Known to the [`Client`].
        pub resource user = fetch(client, id);
        /// Not to [`Private`].
        resource friend = fetch(client, id + u64::from(*theme));
        pub computed name: String = format!("{:?} {:?}", user.value(), friend.value());
        pub(crate) computed many: [T; N] = std::array::from_fn(|_| r#type.clone());
        computed length: usize = many.len() + name.len();
        #[doc(hidden)]
        pub computed double: usize = length * 2;
        pub computed r#fn: usize = *double;
        /// Writes to [`Private`], to [the log](Private) and to <https://example.org>.
        ///
        /// ```
        /// let [a, b] = [1, 2];
        /// assert!(a < b);
        /// ```
        effect note { let _ = Private; log.push(name.clone()); }
        /// See [`Client`].
        pub effect last: usize = *length;
    }

    #[state(SavedInner)]
    struct Inner {
        signal a: u8 = 1;
        pub(crate) computed b: u8 = *a;
        /// See [`Private`].
        effect c { let _ = b; }
    }
}

/// Nothing is said of this one by its author.
#[allow(missing_docs)]
pub mod bare {
    mod private {
        signal_kernel::reactive! {
            #[state(SavedDeep)]
            pub struct r#Deep {
                pub(in crate::bare) signal a: u8 = 1;
                pub(super) computed b: u8 = *a;
                pub computed c: u8 = a + b;
                effect d { let _ = c; }
            }
        }
    }
    pub use private::Deep;
}

/// Reads what rustc would call unread.
pub fn main() {
    let mut page = Page::<u8, 2>::new(1, 0);
    let saved: SavedPage<u8> = page.state();
    page.restore(saved.clone());
    page = Page::with_state(*page.last_seen(), saved);
    page.set_theme(1);
    page.reload_friend();
    let _ = (page.friend(), page.client(), page.many(), page.length());
    let _ = (page.theme(), page.r#type(), page.r#fn());
    let mut inner = Inner::new();
    inner.set_a(2);
    let _ = (inner.a(), inner.b());
    let _ = bare::Deep::new().c();
}
