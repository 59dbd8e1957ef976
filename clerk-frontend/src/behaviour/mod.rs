//! What models can do beyond what is generated from the documents: one file per model, its methods written by hand.

mod external_account;
mod provider;
