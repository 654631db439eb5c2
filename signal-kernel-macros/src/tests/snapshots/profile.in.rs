struct Profile {
    let client: Client;
    let mut log: Vec<String> = Vec::new();
    signal id: Option<u64> = Some(1);
    #[keep_previous(false)]
    #[eq(User::same)]
    resource user = fetch_user(client, (*id)?);
    #[eq(never)]
    computed title: String = match user.value() {
        Some(user) => user.name.clone(),
        None => String::new(),
    };
    effect note { log.push(format!("{} {title}", user.status())); }
    effect lock: Guard = client.lock(title);
}
