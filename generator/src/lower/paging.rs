//! Which operations get lists, and how their pages are asked for.

use crate::ir::{Listing, Model, ModelKind, Operation, Output, Resource, Type, Verb};

/// How many items are asked for at once, if the document allows so many.
const PAGE_SIZE: i64 = 100;

/// Finds the lists among the operations.
pub(crate) fn find(resources: &mut [Resource], models: &[Model]) {
    for operation in resources
        .iter_mut()
        .flat_map(|resource| &mut resource.operations)
    {
        operation.listing = listing(operation, models);
    }
}

fn listing(operation: &Operation, models: &[Model]) -> Option<Listing> {
    // What other verbs answer with are results: a second request would do things again.
    let (Verb::Get, Output::Json(ty)) = (operation.verb, &operation.output) else {
        return None;
    };
    let (item, field) = match ty {
        Type::Page(item) | Type::List(item) => ((**item).clone(), None),
        Type::Model(name) => {
            let (item, field) = listed(models.iter().find(|model| model.name == *name)?)?;
            (item, Some(field))
        }
        _ => return None,
    };
    let limit = operation.query("limit");
    let takes = |name: &str, ty: &Type| operation.query(name).is_some_and(|input| input.ty == *ty);
    let limited = takes("limit", &Type::Integer);
    let most = limit.and_then(|limit| limit.maximum);
    Some(Listing {
        item,
        field,
        offset: limited && takes("offset", &Type::Integer),
        cursor: limited && takes("starting_after", &Type::Text),
        flag: takes("paginated", &Type::Bool),
        page_size: most.map_or(PAGE_SIZE, |most| most.min(PAGE_SIZE)),
    })
}

/// What an object with a total and exactly one list is a list of, and the list's field.
fn listed(model: &Model) -> Option<(Type, String)> {
    let ModelKind::Struct(structure) = &model.kind else {
        return None;
    };
    let mut has_total = false;
    let mut lists = Vec::new();
    for field in &structure.fields {
        let ty = match &field.ty {
            Type::Optional(inner) => inner,
            ty => ty,
        };
        match ty {
            Type::Integer if field.wire == "total_count" => has_total = true,
            Type::List(item) => lists.push(((**item).clone(), field.ident.clone())),
            _ => {}
        }
    }
    match <[_; 1]>::try_from(lists) {
        Ok([list]) if has_total => Some(list),
        _ => None,
    }
}
