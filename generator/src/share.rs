//! Types that both APIs have are defined once, by the Frontend API.

use std::collections::BTreeSet;

use crate::ApiKind;
use crate::ir::{Api, Model};

/// Keeps `shared` on the Backend's models that equal the Frontend's; everything else is defined where it is used.
pub(crate) fn across(apis: &mut [Api]) {
    let frontend: Vec<Model> = apis
        .iter()
        .filter(|api| api.kind == ApiKind::Frontend)
        .flat_map(|api| api.models.iter().cloned())
        .collect();
    for api in apis {
        if api.kind == ApiKind::Frontend {
            api.models.iter_mut().for_each(|model| model.shared = false);
            continue;
        }
        let equal: BTreeSet<String> = api
            .models
            .iter()
            .filter(|model| {
                let twin = frontend.iter().find(|other| other.name == model.name);
                model.shared && twin.is_some_and(|twin| twin.kind == model.kind)
            })
            .map(|model| model.name.clone())
            .collect();
        for model in &mut api.models {
            model.shared = equal.contains(&model.name);
        }
    }
}
