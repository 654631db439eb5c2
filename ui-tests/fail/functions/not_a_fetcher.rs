use signal_kernel::{create_resource, signal};

fn find(id: u32) -> Result<String, String> {
    Ok(id.to_string())
}

fn main() {
    let id = signal(1);
    create_resource(move || id.get(), find);
}
