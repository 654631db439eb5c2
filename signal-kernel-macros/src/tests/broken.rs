//! Half-written and mutated input, as an editor sends it: no panic, and linear time.

use std::time::{Duration, Instant};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

const SAMPLE: &str = r##"
/// A graph with something of everything.
#[derive(Debug)]
#[state(SavedSample, derive(Clone), serde(default))]
pub struct Sample<T: Clone, const N: usize> where T: Send {
    let client: Client;
    pub(crate) let mut log: Vec<String> = Vec::new();
    #[state(serde(rename = "p"))] signal price: u64 = 3;
    #[eq(never)] #[state(skip)] signal r#type: Option<T>;
    #[keep_previous(false)] #[manual] resource user = api::fetch::<T>(client, price, (*total)?);
    signal page: u64 = page.map_or(0, |page| page.min(price)) per part.title(), price, user.value(), user.error();
    computed total: u64 = match user.value() { Some(price) if *price > 3 => price, _ => *price * 2 };
    computed text: String = if let Some(x) = total && let Ok(y) = x { format!("{x:>y$} {total:?}", y = 1) } else { vec![price; 3] };
    effect show { let price = price + 1; log.push(format!("{text}")); fn f() {} f(|a| self.total, 'x: loop {}) }
    graph search: Search<T>(client.clone(), 3, |a, b| a) { dark: *price > 3, page: page.max(|a, b: u8| *a + b) };
    pub graph part: Part::<{ 3 }>;
    list rows: Row<T> by u64 => |key| Row(client.clone(), key) { dark: *price > 3, page: key + page };
    list plain: Row<u8> by (u8, String);
    pub list kept: Row<T> by u64 = rows.keys().copied().filter(|key| *key > price) => |(key)| Row(key);
    computed found: u8 = search.user().value() + search.title() + f(part);
    effect timer: Timer = json!({ "a": price, 'b': <c> });
}
pub struct Other { signal price: u64 = { 1 }; effect e { price = 3; *price += 1; } }
"##;

/// Numbers that look random and are the same in every run.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// Deletes, doubles, swaps, wraps or opens about one token in `rate`.
fn mutate(tokens: TokenStream, random: &mut Lcg, rate: usize) -> TokenStream {
    let mut output: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let inner = mutate(group.stream(), random, rate);
                let delimiter = match random.below(rate * 2) {
                    0 => Delimiter::None,
                    1 => Delimiter::Brace,
                    2 => Delimiter::Parenthesis,
                    _ => group.delimiter(),
                };
                Group::new(delimiter, inner).into()
            }
            token => token,
        };
        match random.below(rate * 5) {
            0 => {}
            1 => output.extend([token.clone(), token]),
            2 => {
                let last = output.pop();
                output.push(token);
                output.extend(last);
            }
            3 => output.push(Group::new(Delimiter::None, token.into()).into()),
            4 => match token {
                TokenTree::Group(group) => output.extend(group.stream()),
                token => output.push(token),
            },
            _ => output.push(token),
        }
    }
    output.into_iter().collect()
}

#[test]
fn no_input_makes_the_macro_panic() {
    let sample: TokenStream = SAMPLE.parse().expect("tokens");
    let mut random = Lcg(20_26);
    for rate in [2, 5, 20, 60, 200] {
        for _ in 0..60 {
            let input = mutate(sample.clone(), &mut random, rate);
            let (output, errors) = crate::reactive::reactive(input);
            let output = super::editor::for_rustc(output);
            drop(errors.into_compile_errors().to_string());
            if let Err(error) = syn::parse2::<syn::File>(output.clone()) {
                panic!("{error} in the expansion: {output}");
            }
        }
    }
}

const FUNCTION: &str = r##"
/// Loads.
#[allow(dead_code)] #[cfg(any())]
pub(crate) async fn fetch<T: Clone + 'static, const N: usize>(
    client: Client,
    #[cancel] token: CancelToken,
    (a, b): (u64, [T; N]),
    name: &str,
    render: impl Fn(&'a u8) -> String,
) -> Result<Vec<Option<T>>, Box<dyn Error + 'static>> where T: Send {
    let text = client.get(format!("{a}/{b:?}")).await?;
    Ok(vec![text; 3])
}
"##;

/// The attribute emits the function, and the added items parse. A function that does not parse is emitted as it is,
/// with an error.
#[test]
fn no_function_makes_the_attribute_panic() {
    let sample: TokenStream = FUNCTION.parse().expect("tokens");
    let options: TokenStream = "infallible, local".parse().expect("tokens");
    let mut random = Lcg(1_2026);
    for rate in [2, 5, 20, 60, 200] {
        for _ in 0..100 {
            let input = mutate(sample.clone(), &mut random, rate);
            let options = match random.below(3) {
                0 => mutate(options.clone(), &mut random, 3),
                1 => options.clone(),
                _ => TokenStream::new(),
            };
            let output = crate::resource::resource(options, input.clone());
            let valid = syn::parse2::<syn::File>(input).is_ok();
            if let Err(error) = syn::parse2::<syn::File>(output.clone()) {
                let found = output.to_string().contains("compile_error !");
                assert!(found && !valid, "{error} in the expansion: {output}");
            }
        }
    }
}

#[test]
fn every_prefix_of_a_function_is_survived() {
    let sample: Vec<TokenTree> = FUNCTION
        .parse::<TokenStream>()
        .expect("tokens")
        .into_iter()
        .collect();
    for end in 0..sample.len() {
        let cut = sample[..end].iter().cloned().collect();
        let output = crate::resource::resource(TokenStream::new(), cut).to_string();
        assert!(output.contains("compile_error !"), "{output}");
    }
}

/// A function of many parameters and a long body.
fn wide(count: usize) -> TokenStream {
    let parameters: String = (0..count).map(|at| format!("p{at}: Vec<u64>, ")).collect();
    let body: String = (0..count).map(|at| format!("f(p{at}).await?; ")).collect();
    let text = format!("async fn fetch({parameters}) -> Result<u64, String> {{ {body} Ok(1) }}");
    text.parse().expect("tokens")
}

#[test]
fn time_of_the_attribute_is_linear() {
    let best = |count| {
        let times = (0..3).map(|_| {
            let input = wide(count);
            let start = Instant::now();
            drop(crate::resource::resource(TokenStream::new(), input));
            start.elapsed()
        });
        times.min().expect("three runs")
    };
    let (small, large) = (best(250), best(2000));
    assert!(
        large < small * 32,
        "{small:?} for 250 parameters, {large:?} for 2000"
    );
}

#[test]
fn every_prefix_is_survived() {
    let sample: Vec<TokenTree> = SAMPLE
        .parse::<TokenStream>()
        .expect("tokens")
        .into_iter()
        .collect();
    for (at, token) in sample.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        for end in 0..inner.len() {
            let cut = Group::new(group.delimiter(), inner[..end].iter().cloned().collect());
            let input = sample[..at].iter().cloned().chain([cut.into()]);
            let (_, errors) = crate::reactive::reactive(input.collect());
            drop(errors.into_list());
        }
    }
}

/// A chain of computed values, each with a body of some size. If `broken` is set, every third one has a mistake.
fn chain(count: usize, broken: bool) -> TokenStream {
    let mut text = String::from("struct Chain { signal n0: u64 = 1;");
    for at in 1..count {
        let before = at - 1;
        let end = if broken && at % 3 == 0 { "" } else { ";" };
        text += &format!(
            "computed n{at}: u64 = {{ let x = *n{before} + {at}; f(|y| format!(\"{{x}} {{y}} {{n{before}}}\")) }}{end}\n"
        );
    }
    (text + "}").parse().expect("tokens")
}

fn time(input: TokenStream) -> Duration {
    let start = Instant::now();
    let (_, errors) = crate::reactive::reactive(input);
    let time = start.elapsed();
    errors.into_list();
    time
}

/// Eight times the input takes eight times as long; a square would be 64 times.
#[test]
fn time_is_linear() {
    for broken in [false, true] {
        let best = |count| {
            (0..3)
                .map(|_| time(chain(count, broken)))
                .min()
                .expect("three runs")
        };
        let (small, large) = (best(250), best(2000));
        assert!(
            large < small * 32,
            "{small:?} for 250 nodes, {large:?} for 2000"
        );
    }
}
