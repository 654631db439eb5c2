//! The product of `#[resource]` on a function: every form it takes, and how a graph calls it.
//!
//! Invariants: each form is declared, put into a graph and driven to its end.
//!
//! Must not know: the rules of the states; misuse, which does not compile (`ui-tests` has it).

use futures::executor::block_on;
use signal_kernel::{AsyncState, AsyncStatus, CancelToken, Resource, reactive, resource};
use signal_kernel_tests::log::{Log, NOTHING};
use std::{
    any::TypeId, collections::BTreeMap, convert::Infallible, error::Error, fmt, io,
    marker::PhantomData, rc::Rc, sync::Arc,
};

/// Counts how often it is cloned.
#[derive(Debug)]
struct Client {
    log: Log,
    base: u32,
}

impl Clone for Client {
    fn clone(&self) -> Self {
        self.log.push("client cloned");
        Client {
            log: self.log.clone(),
            base: self.base,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct User {
    id: u32,
    name: String,
}

#[derive(Debug, PartialEq)]
struct NotFound(u32);

/// Documented, as any function.
#[resource]
async fn fetch_user(client: Client, id: u32) -> Result<User, NotFound> {
    if id == 404 {
        return Err(NotFound(id));
    }
    let name = format!("user {}", client.base + id);
    Ok(User { id, name })
}

#[test]
fn the_function_stays_callable_as_it_is() {
    let client = Client {
        log: Log::default(),
        base: 100,
    };
    let user = block_on(fetch_user(client.clone(), 1));
    assert_eq!(
        user,
        Ok(User {
            id: 1,
            name: "user 101".to_owned()
        })
    );
    assert_eq!(block_on(fetch_user(client, 404)), Err(NotFound(404)));
}

reactive! {
    struct Profile {
        let client: Client;
        pub signal id: u32 = 1;
        /// The user with this `id`.
        pub resource user = fetch_user(client, id);
        pub computed title: String = match user.value() {
            Some(user) => format!("{} (#{})", user.name, user.id),
            None => "…".to_owned(),
        };
        resource moved = fetch_user(Client { log: client.log.clone(), base: 0 }, *id + 1);
    }
}

#[test]
fn a_bare_name_is_cloned_into_the_call_and_an_expression_is_passed_as_it_is() {
    let log = Log::default();
    let mut graph = Profile::new(Client {
        log: log.clone(),
        base: 100,
    });
    assert_eq!(log.take(), ["client cloned"]);
    assert_eq!(graph.title(), "…");
    block_on(graph.settled());
    assert_eq!(graph.title(), "user 101 (#1)");
    assert_eq!(
        graph.moved().value().map(|user| user.name.as_str()),
        Some("user 2")
    );
    assert_eq!(log.take(), NOTHING);
    graph.set_id(404);
    assert_eq!(log.take(), ["client cloned"], "once for each start");
    block_on(graph.settled());
    assert_eq!(graph.user().error(), Some(&NotFound(404)));
    assert_eq!(
        graph.title(),
        "user 101 (#1)",
        "a kept value belongs to the input before"
    );
}

#[test]
fn the_added_type_names_what_the_function_yields() {
    fn same<A: 'static, B: 'static>() -> bool {
        TypeId::of::<A>() == TypeId::of::<B>()
    }
    assert!(same::<<fetch_user as Resource>::Value, User>());
    assert!(same::<<fetch_user as Resource>::Error, NotFound>());
    assert!(same::<<now as Resource>::Error, Infallible>());
    assert!(same::<<unit as Resource>::Value, ()>());
    assert!(same::<<by_alias as Resource>::Error, NotFound>());
    assert!(same::<<by_io as Resource>::Error, io::Error>());
    assert!(same::<<by_fmt as Resource>::Value, ()>());
    assert!(same::<<parse::<u8> as Resource>::Value, u8>());
    let _: fn(&Profile) -> &AsyncState<User, NotFound> = Profile::user;
}

#[resource(infallible)]
async fn now(id: u32) -> u32 {
    id * 2
}

#[resource(infallible)]
async fn unit(log: Log) {
    log.push("unit ran");
}

/// A `Result` may be a value, too.
#[resource(infallible)]
async fn outcome() -> Result<u32, String> {
    Err("a value".to_owned())
}

reactive! {
    struct CannotFail {
        let log: Log;
        signal id: u32 = 1;
        resource time = now(id);
        resource done = unit(log);
        resource result = outcome();
        computed infallible: Option<Infallible> = time.error().copied();
    }
}

#[test]
fn an_infallible_function_only_succeeds() {
    let log = Log::default();
    let mut graph = CannotFail::new(log.clone());
    block_on(graph.settled());
    assert_eq!(graph.time().value(), Some(&2));
    assert_eq!(graph.done().value(), Some(&()));
    assert_eq!(graph.result().value(), Some(&Err("a value".to_owned())));
    assert_eq!(graph.result().status(), AsyncStatus::Success);
    assert_eq!(graph.infallible(), &None);
    assert_eq!(log.take(), ["unit ran"]);
}

#[resource(local)]
async fn with_rc(shared: Rc<u32>) -> Result<Rc<u32>, Rc<str>> {
    let kept = shared.clone();
    std::future::ready(()).await;
    if *kept == 0 {
        Err("zero".into())
    } else {
        Ok(kept)
    }
}

#[resource(infallible, local)]
async fn rc_now(shared: Rc<u32>) -> u32 {
    *shared
}

#[resource(local)]
async fn local_generic<T: Clone>(value: T) -> Result<Rc<T>, ()> {
    Ok(Rc::new(value.clone()))
}

reactive! {
    struct Local {
        signal shared: Rc<u32> = Rc::new(7);
        resource copy = with_rc(shared);
        resource plain = rc_now(shared);
        resource wrapped = local_generic::<Rc<u32>>(shared);
    }
}

/// The values are `Send`, the work is not.
#[resource(local)]
async fn local_work(id: u32) -> Result<u32, String> {
    let rc = Rc::new(id);
    std::future::ready(()).await;
    Ok(*rc)
}

reactive! {
    struct LocalWork {
        signal id: u32 = 7;
        resource copy = local_work(id);
    }
}

/// Tells whether a type is `Send`: the inherent constant is found first where its bound holds.
struct Probe<T>(PhantomData<T>);

impl<T: Send> Probe<T> {
    const SEND: bool = true;
}

trait Fallback {
    const SEND: bool = false;
}

impl<T> Fallback for Probe<T> {}

#[test]
fn a_local_function_may_hold_what_is_not_send_and_then_the_graph_is_not_either() {
    let mut graph = Local::new();
    block_on(graph.settled());
    assert_eq!(graph.copy().value(), Some(&Rc::new(7)));
    assert_eq!(graph.plain().value(), Some(&7));
    assert_eq!(graph.wrapped().value(), Some(&Rc::new(Rc::new(7))));
    graph.set_shared(Rc::new(0));
    block_on(graph.settled());
    assert_eq!(graph.copy().error().map(|error| &**error), Some("zero"));

    let mut graph = LocalWork::default();
    block_on(graph.settled());
    assert_eq!(graph.copy().value(), Some(&7));
    const { assert!(!<Probe<LocalWork>>::SEND) };
    const { assert!(<Probe<Profile>>::SEND) };
}

#[resource]
async fn parse<T>(text: String) -> Result<T, String>
where
    T: std::str::FromStr,
    T::Err: fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[resource]
async fn repeat<T: Clone, const N: usize>(value: T) -> Result<[T; N], Infallible> {
    Ok(std::array::from_fn(|_| value.clone()))
}

reactive! {
    struct Parsed {
        signal text: String = "12".to_owned();
        resource small = parse::<u8>(text);
        resource float = parse::<f64>(text);
        resource thrice = repeat::<String, 3>(text);
    }
}

#[test]
fn a_generic_function_is_called_with_its_types() {
    let mut graph = Parsed::new();
    block_on(graph.settled());
    assert_eq!(graph.small().value(), Some(&12));
    assert_eq!(graph.float().value(), Some(&12.0));
    assert_eq!(
        graph.thrice().value(),
        Some(&["12", "12", "12"].map(str::to_owned))
    );
    graph.set_text("300".to_owned());
    block_on(graph.settled());
    assert_eq!(graph.small().status(), AsyncStatus::Error);
    assert_eq!(graph.small().value(), Some(&12));
    assert_eq!(graph.float().value(), Some(&300.0));
}

#[resource]
async fn look_up<K: Ord + Sync, V>(map: Arc<BTreeMap<K, V>>, key: K) -> Result<V, ()>
where
    V: Clone + Sync,
{
    map.get(&key).cloned().ok_or(())
}

reactive! {
    struct Table<K, V>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        let map: Arc<BTreeMap<K, V>>;
        signal key: K;
        resource found = look_up::<K, V>(map, key);
        computed known: bool = found.value().is_some();
    }
}

#[test]
fn a_generic_graph_hands_its_types_on() {
    let map = Arc::new(BTreeMap::from([("a", 1), ("b", 2)]));
    let mut graph = Table::new(map, "a");
    block_on(graph.settled());
    assert_eq!(graph.found().value(), Some(&1));
    graph.set_key("c");
    block_on(graph.settled());
    assert_eq!(graph.found().error(), Some(&()));
    assert!(graph.known());
}

type Answer<T> = Result<T, NotFound>;

#[resource]
async fn by_alias(id: u32) -> Answer<u32> {
    Ok(id)
}

#[resource]
async fn by_io(id: u32) -> io::Result<u32> {
    if id == 0 {
        Err(io::ErrorKind::NotFound.into())
    } else {
        Ok(id)
    }
}

#[resource]
async fn by_fmt() -> fmt::Result {
    Ok(())
}

#[resource]
async fn by_input_mark(id: u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let parsed: u32 = "5".parse()?;
    by_io(id).await?;
    Ok(parsed + id)
}

reactive! {
    struct Aliases {
        signal id: u32 = 1;
        resource alias = by_alias(id);
        resource io = by_io(id);
        resource text = by_fmt();
        resource boxed = by_input_mark(id);
    }
}

#[test]
fn any_alias_of_result_will_do() {
    let mut graph = Aliases::new();
    block_on(graph.settled());
    assert_eq!(graph.alias().value(), Some(&1));
    assert_eq!(graph.io().value(), Some(&1));
    assert_eq!(graph.text().value(), Some(&()));
    assert_eq!(graph.boxed().value(), Some(&6));
    graph.set_id(0);
    block_on(graph.settled());
    assert_eq!(
        graph.io().error().map(io::Error::kind),
        Some(io::ErrorKind::NotFound)
    );
    assert!(graph.boxed().error().is_some());
}

#[resource]
async fn cancel_first(#[cancel] stop: CancelToken, id: u32) -> Result<(u32, bool), String> {
    Ok((id, stop.is_cancelled()))
}

#[resource]
async fn cancel_between(id: u32, #[cancel] token: CancelToken, log: Log) -> Result<u32, String> {
    log.push(format!("cancelled: {}", token.is_cancelled()));
    Ok(id)
}

#[resource(infallible)]
async fn only_cancel(#[cancel] token: CancelToken) -> bool {
    token.is_cancelled()
}

reactive! {
    struct Tokens {
        let log: Log;
        signal id: u32 = 1;
        resource first = cancel_first(id);
        resource between = cancel_between(id, log);
        resource only = only_cancel();
    }
}

#[test]
fn a_cancel_parameter_stands_anywhere_and_is_not_an_argument_of_the_graph() {
    let log = Log::default();
    let mut graph = Tokens::new(log.clone());
    block_on(graph.settled());
    assert_eq!(graph.first().value(), Some(&(1, false)));
    assert_eq!(graph.between().value(), Some(&1));
    assert_eq!(graph.only().value(), Some(&false));
    assert_eq!(log.take(), ["cancelled: false"]);
}

#[test]
fn a_function_with_a_token_is_called_directly_with_one() {
    let token = CancelToken::new();
    assert_eq!(block_on(cancel_first(token.clone(), 1)), Ok((1, false)));
    token.cancel("enough");
    assert_eq!(block_on(cancel_first(token, 1)), Ok((1, true)));
}

#[resource]
async fn patterns(
    (a, b): (u32, u32),
    mut sum: u32,
    _: String,
    [c, ..]: [u32; 2],
) -> Result<u32, String> {
    sum += a + b + c;
    Ok(sum)
}

reactive! {
    struct Patterns {
        signal pair: (u32, u32) = (1, 2);
        resource sum = patterns(pair, 10, String::new(), [100, 200]);
    }
}

#[test]
fn parameters_may_be_patterns() {
    assert_eq!(block_on(patterns((1, 2), 3, String::new(), [4, 5])), Ok(10));
    let mut graph = Patterns::new();
    block_on(graph.settled());
    assert_eq!(graph.sum().value(), Some(&113));
}

mod api {
    use signal_kernel::resource;

    #[resource]
    pub(crate) async fn load(id: u32) -> Result<u32, String> {
        Ok(id + 1)
    }

    pub(crate) mod inner {
        #[signal_kernel::resource]
        pub(crate) async fn load(id: u32) -> Result<u32, String> {
            Ok(id + 2)
        }
    }
}

use api::inner::load as inner_load;
use api::load;

reactive! {
    struct Paths {
        signal id: u32 = 1;
        resource imported = load(id);
        resource renamed = inner_load(id);
        resource by_path = api::inner::load(id);
        resource absolute = crate::resource_attribute::api::load(id);
        resource r#type = load(id);
    }

    struct Beside {
        signal id: u32 = 10;
        resource imported = load(id);
    }
}

#[test]
fn a_function_is_named_by_any_path_and_used_any_number_of_times() {
    let mut graph = Paths::new();
    block_on(graph.settled());
    let value = |state: &AsyncState<u32, String>| state.value().copied();
    assert_eq!(value(graph.imported()), Some(2));
    assert_eq!(value(graph.renamed()), Some(3));
    assert_eq!(value(graph.by_path()), Some(3));
    assert_eq!(value(graph.absolute()), Some(2));
    graph.reload_type();
    assert_eq!(graph.r#type().token(), 2);
    let mut beside = Beside::default();
    block_on(beside.settled());
    assert_eq!(value(beside.imported()), Some(11));
    assert_eq!(block_on(load(1)), Ok(2));
}

struct NotClone(u32);

#[resource]
async fn take(thing: NotClone) -> Result<u32, String> {
    Ok(thing.0)
}

#[derive(Default)]
struct Query {
    page: u32,
    word: Option<String>,
}

#[resource]
async fn search(word: String, page: u32) -> Result<String, String> {
    Ok(format!("{word}/{page}"))
}

reactive! {
    struct Expressions {
        signal id: u32 = 1;
        #[eq(never)]
        signal query: Query = Query::default();
        resource thing = take(NotClone(*id));
        resource hits = search(query.word.clone()?, { let page = query.page; page.checked_sub(1)? });
        resource fixed = search("rust".to_owned(), 7);
    }
}

#[test]
fn arguments_are_any_expressions_and_a_input_mark_in_one_means_no_input() {
    let mut graph = Expressions::new();
    assert_eq!(graph.hits().status(), AsyncStatus::Idle);
    block_on(graph.settled());
    assert_eq!(graph.thing().value(), Some(&1));
    assert_eq!(graph.fixed().value().map(String::as_str), Some("rust/7"));
    graph.update_query(|query| query.word = Some("graph".to_owned()));
    assert_eq!(
        graph.hits().status(),
        AsyncStatus::Idle,
        "the page is missing"
    );
    graph.update_query(|query| query.page = 3);
    block_on(graph.settled());
    assert_eq!(graph.hits().value().map(String::as_str), Some("graph/2"));
    graph.update_query(|query| query.word = None);
    assert_eq!(graph.hits().status(), AsyncStatus::Idle);
    assert_eq!(graph.hits().value(), None);
}
