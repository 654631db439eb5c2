use signal_kernel::{CancelToken, create_resource, resource, signal};

#[resource]
async fn fetch_page(id: u32, page: usize) -> Result<String, String> {
    Ok(format!("page {page} of {id}"))
}

#[resource]
async fn fetch_part(id: u32, part: usize, #[cancel] _token: CancelToken) -> Result<u32, String> {
    Ok(id + part as u32)
}

#[resource(infallible)]
async fn double(id: u32) -> u32 {
    id * 2
}

fn main() {
    let id = signal(1);
    create_resource(move || id.get(), fetch_page);
    create_resource(move || id.get(), fetch_part);
    create_resource(move || id.get(), double);
}
