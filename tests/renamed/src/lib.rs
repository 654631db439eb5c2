//! A crate that knows the kernel by another name only, and one that hands it on: each kind of item.

/// A framework does this for crates that depend on it alone.
pub mod framework {
    pub use ::kernel as reactive_kernel;

    /// A graph of one signal, in the crate of the caller.
    #[macro_export]
    macro_rules! counter {
        ($name:ident) => {
            $crate::framework::reactive_kernel::reactive! {
                #![crate = $crate::framework::reactive_kernel]
                struct $name {
                    signal count: u64 = 0;
                    computed double: u64 = count * 2;
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kernel::{CancelToken, reactive, resource};

    #[resource(crate = kernel)]
    async fn fetch(#[cfg(test)] id: u64, #[cancel] token: CancelToken) -> Result<String, String> {
        match token.is_cancelled() {
            true => Err("late".to_owned()),
            false => Ok(format!("user {id}")),
        }
    }

    /// Its name for an outcome is none that the macro knows.
    type Outcome<T> = Result<T, ()>;

    #[resource(local, crate = crate::framework::reactive_kernel)]
    async fn shout<T: AsRef<str>>(text: T) -> Outcome<String> {
        Ok(text.as_ref().to_uppercase())
    }

    #[resource(infallible, crate = ::kernel)]
    async fn echo(text: String) -> String {
        text
    }

    #[resource(crate = kernel, fold(String, push))]
    fn spell(text: String) -> impl futures::Stream<Item = Outcome<char>> {
        futures::stream::iter(text.chars().map(Ok).collect::<Vec<_>>())
    }

    fn push(text: &mut String, letter: char) {
        text.push(letter);
        text.push('.');
    }

    mod api {
        use kernel::resource;

        #[resource(crate = kernel)]
        #[allow(non_snake_case)]
        pub(super) async fn Load(id: u64) -> super::Outcome<u64> {
            Ok(id + 1)
        }
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Money(u64);

    fn same(a: &String, b: &String) -> bool {
        a == b
    }

    reactive! {
        #![crate = kernel]

        /// Every kind of item.
        #[derive(Debug)]
        #[state(SavedProfile, derive(Clone))]
        #[sleep(clock)]
        struct Profile<T: Clone + PartialEq> {
            let seed: T;
            let clock: kernel::time::ManualClock = Default::default();
            let mut count: u32 = 0;
            #[cfg(test)]
            signal id: u64 = 1;
            #[eq(same)]
            signal name: String = String::new();
            #[eq(never)]
            signal money: Money = Money(1);
            signal draft: Option<Money> = draft.cloned().flatten() per user.value(), id;
            resource user = fetch(id);
            #[manual]
            resource loud = shout::<String>("hi".to_owned());
            #[keep_previous(false)]
            #[eq(same)]
            resource said = echo(name.clone());
            #[timeout(2s)]
            #[retry(2, 1s..=2s)]
            resource loaded = api::Load(id);
            #[on_cancel(keep)]
            resource spelt = spell(name);
            computed title: String = user.value().cloned().unwrap_or_default();
            computed lazy: T = seed.clone();
            computed rich: Money = Money(money.0 * 2);
            effect show { let _ = (title, rich); *count += 1; }
            effect kept: u64 = *id;
        }

        /// Graphs inside.
        #[derive(Debug)]
        struct Outer<T: Clone + PartialEq + 'static> {
            let seed: T;
            signal id: u64 = 3;
            graph made: Profile<T>(seed) { id: *id, name: id.to_string() };
            graph given: Plain;
            list rows: Plain by u64 => |_| Plain() { a: *id as u32 };
            list shown: Profile<T> by u64 = [*id] => |_| Profile<T>(seed);
            list parts: Plain by u64;
            computed sum: u32 = rows.each(Plain::b).sum();
            computed title: String = format!("{} {}", made.title(), given.b());
            effect show { let _ = (title, made.user().value()); }
        }

        /// The states of graphs inside.
        #[state(SavedOuter, derive(Clone))]
        struct Around {
            graph made: Plain();
            graph given: Plain;
            list rows: Plain by u64 => |_| Plain();
            list parts: Plain by u64;
            list shown: Plain by u64 = [1, 2] => |_| Plain() { a: 4 };
        }

        #[derive(Debug)]
        #[state(SavedPlain, derive(Clone))]
        struct Plain { signal a: u32 = 1; computed b: u32 = a + 1; }
    }

    #[test]
    fn graphs_and_resources_name_the_crate_by_its_path() {
        let state = Profile::new(4).state();
        let mut profile = Profile::with_state(5, state.clone());
        profile.restore(state);
        profile.reload_loud();
        block_on(profile.settled());
        let written: Result<(), ()> = profile.transaction(|profile| {
            profile.set_id(2);
            profile.update_money(|money| money.0 += 1);
            profile.set_draft(Some(Money(7)));
            Ok(())
        });
        assert_eq!(written, Ok(()));
        profile.update_name(|name| name.push('x'));
        profile.cancel_loud("enough");
        block_on(profile.settled());
        assert_eq!(profile.title(), "user 2");
        assert_eq!(*profile.draft(), Some(Money(7)));
        assert_eq!(profile.loud().value().map(String::as_str), Some("HI"));
        assert_eq!(profile.said().value().map(String::as_str), Some("x"));
        assert_eq!(profile.loaded().value(), Some(&3));
        assert_eq!(profile.spelt().stable().map(String::as_str), Some("x."));
        assert_eq!((*profile.lazy(), *Plain::new().b()), (5, 2));
        assert!(format!("{profile:?}").contains("rich: Money(4)"));
    }

    #[test]
    fn graphs_inside_name_the_crate_by_its_path() {
        let mut outer = Outer::new(4, Plain::part());
        block_on(outer.settled());
        outer.update_given(|plain| plain.set_a(5));
        assert_eq!(outer.title(), "user 3 6");
        assert_eq!(outer.made().name(), "3");
        outer.update_rows(|rows| rows.insert(8).set_a(9));
        outer.update_parts(|parts| parts.insert_part(1, Plain::part()));
        assert_eq!((*outer.sum(), outer.parts().len()), (10, 1));
        assert_eq!(outer.shown().keys().collect::<Vec<_>>(), [&3]);
    }

    #[test]
    fn states_of_graphs_inside_name_the_crate_by_its_path() {
        let mut around = Around::new(Plain::part());
        around.update_parts(|parts| parts.insert_part(1, Plain::part()));
        around.update_rows(|rows| rows.insert(8).set_a(9));
        let state = around.state();
        around.restore(state.clone());
        let other = Around::with_state(Plain::part(), state);
        let values = |list: &kernel::List<u64, Plain>| list.each(Plain::b).sum::<u32>();
        assert_eq!((values(other.rows()), values(other.parts())), (10, 2));
        assert_eq!(
            (values(other.shown()), *other.made().b(), *other.given().b()),
            (10, 2, 2)
        );
    }

    #[test]
    fn a_macro_of_another_crate_names_the_crate_it_hands_on() {
        crate::counter!(Counter);
        let mut counter = Counter::new();
        counter.set_count(2);
        assert_eq!(*counter.double(), 4);
    }
}
