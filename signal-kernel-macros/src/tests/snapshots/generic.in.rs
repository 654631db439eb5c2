pub(crate) struct Pair<T: Clone + PartialEq, const N: usize>
where
    T: Send,
{
    signal r#type: T;
    computed many: [T; N] = std::array::from_fn(|_| r#type.clone());
    computed count: usize = many.len();
}
