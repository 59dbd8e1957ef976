//! Uploads the logo of an organization from a file.
//!
//! ```console
//! $ export CLERK_SECRET_KEY=sk_test_...
//! $ cargo run -p clerk-frontend --features backend --example upload_logo -- org_... logo.png
//! ```
//!
//! With the feature `stream`, `FilePart::open(path)` sends a file as it is read, and `FilePart::stream` whatever a stream yields.

use std::path::Path;

use clerk_frontend::backend::Client;
use clerk_frontend::{Error, FilePart};

/// Uploads the logo and returns where Clerk serves it.
pub(crate) async fn upload_logo(
    clerk: &Client,
    organization_id: &str,
    path: &Path,
    bytes: Vec<u8>,
) -> Result<Option<String>, Error> {
    // The name tells the media type: `image/png` for `logo.png`.
    let name = path
        .file_name()
        .map_or_else(|| "logo".into(), |name| name.to_string_lossy());
    let logo = FilePart::new(name, bytes);
    let organization = clerk
        .organizations()
        .upload_logo(organization_id, logo)
        .send()
        .await?;
    Ok(organization.image_url)
}

#[allow(dead_code, reason = "tests run the rest of this file without it")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(organization_id), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: upload_logo ORGANIZATION_ID FILE".into());
    };
    let bytes = std::fs::read(&path)?;
    let clerk = Client::from_env()?;
    let url = upload_logo(&clerk, &organization_id, Path::new(&path), bytes).await?;
    println!("{}", url.as_deref().unwrap_or("uploaded"));
    Ok(())
}
