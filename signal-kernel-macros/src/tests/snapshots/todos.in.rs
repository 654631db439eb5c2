/// Rows with work of their own.
#[derive(Debug)]
pub struct Todos {
    let root: PathBuf;
    pub signal dark: bool = false;
    /// Made by their keys.
    pub list todos: Todo by u64 => |id| Todo(root.join(id.to_string()), id) { dark: *dark, name: id.to_string() };
    pub list given: Todo by String;
    pub list shown: Row by u64 = todos.keys().copied() => |id| Row(root, id) { dark: *dark };
    pub computed left: usize = todos.each(Todo::done).filter(|done| !**done).count();
    pub signal page: usize = 0 per todos.len(), given;
    effect show { println!("{left} {}", shown.len()); }
}
