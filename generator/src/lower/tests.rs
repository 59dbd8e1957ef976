//! A few lines of YAML in, the IR out, one rule each.

use crate::ir::{
    Api, Auth, Field, Format, Input, ModelKind, Operation, Output, Place, Presence, Type,
};
use crate::{ApiKind, Source, Stale};

/// The IR of a Frontend API document with these paths and components.
fn lowered(body: &str) -> Api {
    let input = crate::Input {
        api: ApiKind::Frontend,
        document: Source {
            name: "d.yaml".to_owned(),
            text: format!("openapi: 3.0.3\ninfo: {{title: T, version: v1}}\n{body}"),
        },
        overlays: Vec::new(),
        stale: Stale::Error,
    };
    crate::lower_input(&input, &mut Vec::new()).unwrap()
}

/// The IR of a document whose one operation answers with `Widget`, one of these schemas.
fn schemas(schemas: &str) -> Api {
    let schemas = schemas.replace('\n', "\n    ");
    lowered(&format!(
        "paths:
  /widget:
    get:
      operationId: getWidget
      responses:
        '200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Widget'}}}}}}}}
components:
  schemas:
    {schemas}"
    ))
}

/// The one operation, `POST /widgets/{{id}}`, of a document that has this below it.
fn operation(body: &str) -> Operation {
    let body = body.replace('\n', "\n      ");
    let api = lowered(&format!(
        "paths:\n  /widgets:\n    post:\n      operationId: postWidgets\n      {body}"
    ));
    let mut operations = api.resources.into_iter().flat_map(|r| r.operations);
    operations.next().unwrap()
}

const NO_CONTENT: &str = "responses: {'204': {description: d}}";

/// An operation whose body has these properties.
fn with_body(media_type: &str, schema: &str) -> Operation {
    operation(&format!(
        "requestBody: {{content: {{{media_type}: {{schema: {schema}}}}}}}\n{NO_CONTENT}"
    ))
}

fn with_parameter(parameter: &str) -> Input {
    let mut operation = operation(&format!("parameters: [{parameter}]\n{NO_CONTENT}"));
    operation.required.append(&mut operation.optional);
    operation.required.remove(0)
}

fn fields<'a>(api: &'a Api, name: &str) -> &'a [Field] {
    let model = api.models.iter().find(|model| model.name == name);
    match &model.unwrap().kind {
        ModelKind::Struct(structure) => &structure.fields,
        ModelKind::Enum(_) => panic!("{name} is an enum"),
    }
}

fn field<'a>(api: &'a Api, name: &str) -> &'a Field {
    let mut fields = fields(api, "Widget").iter();
    fields.find(|field| field.wire == name).unwrap()
}

fn values<'a>(api: &'a Api, name: &str) -> Vec<(&'a str, &'a str)> {
    let model = api.models.iter().find(|model| model.name == name);
    match &model.unwrap().kind {
        ModelKind::Enum(variants) => variants
            .iter()
            .map(|variant| (variant.value.as_str(), variant.name.as_str()))
            .collect(),
        ModelKind::Struct(_) => panic!("{name} is a struct"),
    }
}

fn names(api: &Api) -> Vec<&str> {
    api.models.iter().map(|model| model.name.as_str()).collect()
}

fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

fn list(ty: Type) -> Type {
    Type::List(Box::new(ty))
}

fn model(name: &str) -> Type {
    Type::Model(name.to_owned())
}

#[test]
fn only_what_is_required_and_never_null_is_always_there() {
    let api = schemas(
        "Widget:
  required: [a, b]
  properties: {a: {type: string}, b: {type: string, nullable: true}, c: {type: string}, d: {}}",
    );
    let found: Vec<_> = fields(&api, "Widget")
        .iter()
        .map(|field| (field.wire.as_str(), &field.ty, field.presence))
        .collect();
    let text = optional(Type::Text);
    assert_eq!(
        found,
        [
            ("a", &Type::Text, Presence::Required),
            ("b", &text, Presence::Optional),
            ("c", &text, Presence::Optional),
            // Any value can be null already.
            ("d", &Type::Value, Presence::Optional),
        ]
    );
}

#[test]
fn plain_types() {
    let api = schemas(
        "Widget:
  required: [text, flag, count, size, map, free, open, any, list, at, day, raw]
  properties:
    text: {type: string, format: uri}
    flag: {type: boolean}
    count: {type: integer, format: int32}
    size: {type: number}
    map: {type: object, additionalProperties: {type: integer, nullable: true}}
    free: {type: object}
    open: {type: object, additionalProperties: true}
    any: {}
    list: {type: array, items: {type: array, items: {type: boolean}}}
    at: {type: integer}
    day: {type: string, format: date}
    raw: {x-rust-type: Value, type: string}",
    );
    for (name, ty) in [
        ("text", Type::Text),
        ("flag", Type::Bool),
        ("count", Type::Integer),
        ("size", Type::Number),
        ("map", Type::Map(Box::new(optional(Type::Integer)))),
        ("free", Type::Object),
        ("open", Type::Object),
        ("any", Type::Value),
        ("list", list(list(Type::Bool))),
        ("at", Type::Integer),
        ("day", Type::Text),
        ("raw", Type::Value),
    ] {
        assert_eq!(field(&api, name).ty, ty, "{name}");
    }
}

#[test]
fn fields_have_one_order_whatever_the_documents() {
    let api = schemas(
        "Widget:
  properties: {size: {}, object: {type: string}, age: {}, id: {type: string}}",
    );
    let order = fields(&api, "Widget")
        .iter()
        .map(|field| field.wire.as_str());
    assert_eq!(order.collect::<Vec<_>>(), ["id", "object", "age", "size"]);
}

#[test]
fn times_are_timestamps_whatever_kind_of_number_they_are() {
    let api = schemas(
        "Widget:
  required: [made_at, sold_at, epoch, seen_at, expires_in]
  properties:
    made_at: {type: integer}
    sold_at: {type: number}
    epoch: {type: integer, x-rust-type: Timestamp}
    seen_at: {type: integer, x-rust-type: Integer}
    expires_in: {type: integer}",
    );
    for (name, expected) in [
        ("made_at", Type::Timestamp),
        ("sold_at", Type::Timestamp),
        ("epoch", Type::Timestamp),
        ("seen_at", Type::Integer),
        ("expires_in", Type::Integer),
    ] {
        assert_eq!(field(&api, name).ty, expected, "{name}");
    }
}

#[test]
fn a_constant_is_text_and_several_values_are_an_enum() {
    let api = schemas(
        "Widget:
  required: [object, state]
  properties:
    object: {type: string, enum: [widget]}
    state: {type: string, enum: ['', '-x', x, '*', unknown, self, 2fa]}",
    );
    assert_eq!(field(&api, "object").ty, Type::Text);
    assert_eq!(
        field(&api, "state").ty,
        Type::Enum("WidgetState".to_owned())
    );
    assert_eq!(
        values(&api, "WidgetState"),
        [
            ("", "Empty"),
            ("-x", "MinusX"),
            ("x", "X"),
            ("*", "All"),
            ("unknown", "UnknownValue"),
            ("self", "SelfValue"),
            ("2fa", "V2fa"),
        ]
    );
}

#[test]
fn a_union_is_one_struct_of_all_properties() {
    let api = schemas(
        "Widget:
  required: [part]
  properties: {part: {oneOf: [{$ref: '#/components/schemas/Bolt'}, {$ref: '#/components/schemas/Nut'}]}}
Bolt:
  required: [kind, size, length]
  properties: {kind: {enum: [bolt]}, size: {type: integer}, length: {type: number}}
Nut:
  required: [kind, size]
  properties: {kind: {enum: [nut]}, size: {type: number}}",
    );
    assert_eq!(field(&api, "part").ty, model("WidgetPart"));
    let found: Vec<_> = fields(&api, "WidgetPart")
        .iter()
        .map(|field| (field.wire.as_str(), field.presence, &field.ty))
        .collect();
    assert_eq!(
        found,
        [
            (
                "kind",
                Presence::Required,
                &Type::Enum("WidgetPartKind".to_owned())
            ),
            ("length", Presence::Optional, &optional(Type::Number)),
            ("size", Presence::Required, &Type::Number),
        ]
    );
    // The members are no types of their own, but values of theirs can be read.
    assert_eq!(names(&api), ["Widget", "WidgetPart", "WidgetPartKind"]);
    let member = ("Nut".to_owned(), model("WidgetPart"));
    assert!(api.schemas.contains(&member), "{:?}", api.schemas);
}

#[test]
fn members_of_all_of_are_merged_and_the_later_one_narrows() {
    let api = schemas(
        "Base: {required: [a], properties: {a: {type: string}, b: {type: string}, c: {type: string}}}
Widget:
  allOf:
  - $ref: '#/components/schemas/Base'
  - {required: [b], properties: {c: {type: string, enum: [x, y]}}}
  required: [c]",
    );
    let found: Vec<_> = fields(&api, "Widget")
        .iter()
        .map(|field| (field.wire.as_str(), field.presence, &field.ty))
        .collect();
    assert_eq!(
        found,
        [
            ("a", Presence::Required, &Type::Text),
            ("b", Presence::Required, &Type::Text),
            ("c", Presence::Required, &Type::Enum("WidgetC".to_owned())),
        ]
    );
}

#[test]
fn null_travels_through_references() {
    let api = schemas(
        "Widget:
  required: [a, b, c]
  properties:
    a: {$ref: '#/components/schemas/Owner'}
    b: {allOf: [{$ref: '#/components/schemas/Owner'}], nullable: false}
    c: {$ref: '#/components/schemas/Solid', nullable: true}
Owner: {nullable: true, properties: {id: {type: string}}}
Solid: {properties: {id: {type: string}}}",
    );
    assert_eq!(field(&api, "a").ty, optional(model("Owner")));
    assert_eq!(field(&api, "b").ty, model("Owner"));
    assert_eq!(field(&api, "c").ty, optional(model("Solid")));
}

#[test]
fn twins_that_agree_are_one_type() {
    let api = schemas(
        "Widget: {required: [a, b], properties: {a: {$ref: '#/components/schemas/Part'}, b: {$ref: '#/components/schemas/Part-2'}}}
Part: {required: [id], properties: {id: {type: string}}}
Part-2: {required: [id, size], properties: {id: {type: string}, size: {type: integer}}}",
    );
    assert_eq!(field(&api, "a").ty, model("Part"));
    assert_eq!(field(&api, "b").ty, model("Part"));
    let size = fields(&api, "Part").iter().find(|f| f.wire == "size");
    assert_eq!(size.unwrap().presence, Presence::Optional);
}

#[test]
fn twins_that_differ_are_two_types() {
    let api = schemas(
        "Widget: {required: [a, b], properties: {a: {$ref: '#/components/schemas/Part'}, b: {$ref: '#/components/schemas/Part-2'}}}
Part: {properties: {id: {type: string}}}
Part-2: {properties: {id: {type: array, items: {}}}}",
    );
    assert_eq!(field(&api, "a").ty, model("Part"));
    // Named where it is used, not by the bundler's counter.
    assert_eq!(field(&api, "b").ty, model("WidgetB"));
}

#[test]
fn equal_inline_types_are_one() {
    let api = schemas(
        "Widget:
  required: [a, b]
  properties:
    a: {required: [x], properties: {x: {type: string}, y: {type: string}}}
    b: {required: [x], properties: {y: {type: string}, x: {type: string}}}",
    );
    assert_eq!(field(&api, "a").ty, model("WidgetA"));
    assert_eq!(field(&api, "b").ty, model("WidgetA"));
}

#[test]
fn schemas_of_one_name_are_one_type_and_a_circle_of_them_is_boxed_once() {
    let api = schemas(
        "Widget: {required: [id, owner], properties: {id: {type: string}, owner: {$ref: '#/components/schemas/Owner'}}}
Owner: {required: [first], properties: {first: {$ref: '#/components/schemas/Small'}}}
Small: {x-rust-name: Widget, required: [id], properties: {id: {type: string}}}",
    );
    assert_eq!(names(&api), ["Owner", "Widget"]);
    let boxed: Vec<&str> = ["Owner", "Widget"]
        .into_iter()
        .flat_map(|name| fields(&api, name))
        .filter(|field| field.boxed)
        .map(|field| field.wire.as_str())
        .collect();
    assert_eq!(boxed.len(), 1, "{boxed:?}");
}

#[test]
fn overlays_decide_what_is_essential_and_secret() {
    let api = schemas(
        "Widget:
  required: [jwt, serial, page_code]
  properties:
    jwt: {type: string, x-rust-essential: true}
    serial: {type: string, x-rust-secret: true}
    page_code: {type: string, x-rust-secret: false}
    used: {type: boolean, x-rust-essential: true}",
    );
    for (name, presence, secret) in [
        ("jwt", Presence::Essential, true),
        ("serial", Presence::Required, true),
        ("page_code", Presence::Required, false),
        ("used", Presence::Optional, false),
    ] {
        let field = field(&api, name);
        assert_eq!((field.presence, field.secret), (presence, secret), "{name}");
    }
}

#[test]
fn a_page_is_known_by_its_shape_by_a_union_or_by_its_parameters() {
    let answer = |parameters: &str, schema: &str| {
        let content = format!("content: {{application/json: {{schema: {schema}}}}}");
        operation(&format!(
            "parameters: [{parameters}]\nresponses: {{'200': {{description: d, {content}}}}}"
        ))
        .output
    };
    let list_schema = "{type: array, items: {type: string}}";
    let page_schema =
        format!("{{properties: {{data: {list_schema}, total_count: {{type: integer}}}}}}");
    let parameter =
        |name: &str, ty: &str| format!("{{name: {name}, in: query, schema: {{type: {ty}}}}}");
    let limit = parameter("limit", "integer");
    let offset = parameter("offset", "integer");
    let page = Output::Json(Type::Page(Box::new(Type::Text)));
    assert_eq!(answer("", &page_schema), page);
    let either = format!("{{oneOf: [{list_schema}, {page_schema}]}}");
    assert_eq!(answer("", &either), page);
    assert_eq!(answer(&format!("{limit}, {offset}"), list_schema), page);
    assert_eq!(
        answer(&parameter("paginated", "boolean"), list_schema),
        page
    );
    let plain = Output::Json(list(Type::Text));
    assert_eq!(answer(&limit, list_schema), plain);
}

#[test]
fn an_envelope_is_seen_through() {
    let api = lowered(
        "paths:
  /a:
    get:
      operationId: getA
      responses:
        '200': {description: d, content: {application/json: {schema: {properties: {
          response: {type: string, nullable: true}, client: {$ref: '#/components/schemas/Client'}}}}}}
components:
  schemas:
    Client: {properties: {id: {type: string}}}",
    );
    let operation = api.resources[0].operations.first().unwrap();
    assert!(operation.wrapped);
    assert_eq!(operation.output, Output::Json(optional(Type::Text)));
    assert!(api.client_model);
    assert_eq!(names(&api), ["Client"]);
}

#[test]
fn statuses_decide_what_an_answer_is() {
    let json = "content: {application/json: {schema: {type: string}}}";
    let html = "content: {text/html: {schema: {type: string}}}";
    for (responses, expected) in [
        (
            format!("'200': {{description: d, {json}}}"),
            Output::Json(Type::Text),
        ),
        (
            format!("'200': {{description: d, {json}}}, '204': {{description: d}}"),
            Output::Json(optional(Type::Text)),
        ),
        (
            format!("'201': {{description: d, {json}}}, '303': {{description: d}}"),
            Output::Json(Type::Text),
        ),
        (format!("'200': {{description: d, {html}}}"), Output::Text),
        ("'204': {description: d}".to_owned(), Output::Nothing),
        (
            "'200': {description: d}, '299': {description: d}".to_owned(),
            Output::Nothing,
        ),
        (
            "'307': {description: d}, '400': {description: d}".to_owned(),
            Output::Redirect,
        ),
    ] {
        let operation = operation(&format!("responses: {{{responses}}}"));
        assert_eq!(operation.output, expected, "{responses}");
    }
    let statuses =
        operation("responses: {'404': {description: d}, '201': {description: d}, '307': {description: d}, '200': {description: d}}")
            .statuses;
    assert_eq!(statuses.success, [200, 201]);
    assert_eq!(statuses.redirect, [307]);
    assert_eq!(statuses.error, [404]);
}

#[test]
fn security_decides_the_credentials() {
    let auth = |security: &str| {
        let api = lowered(&format!(
            "security: [{{Bearer: []}}]
paths:
  /a:
    get: {{operationId: getA, {security}responses: {{'204': {{description: d}}}}}}
components:
  securitySchemes:
    Bearer: {{type: http, scheme: bearer}}
    Basic: {{type: http, scheme: basic}}"
        ));
        api.resources[0].operations[0].auth
    };
    assert_eq!(auth(""), Auth::Client);
    assert_eq!(auth("security: [], "), Auth::None);
    assert_eq!(auth("security: [{}, {Bearer: []}], "), Auth::Client);
    assert_eq!(auth("security: [{}, {Basic: []}], "), Auth::Basic);
    assert_eq!(auth("x-rust-auth: session, "), Auth::Session);
    assert_eq!(auth("security: [], x-rust-auth: machine, "), Auth::Machine);
}

#[test]
fn a_parameter_goes_where_its_style_says() {
    let list = "schema: {type: array, items: {type: string}}";
    for (parameter, place) in [
        (format!("{{name: a, in: query, {list}}}"), Place::Query),
        (
            format!("{{name: a, in: query, explode: false, {list}}}"),
            Place::QueryJoined(','),
        ),
        (
            format!("{{name: a, in: query, style: spaceDelimited, explode: false, {list}}}"),
            Place::QueryJoined(' '),
        ),
        (
            "{name: a, in: header, schema: {type: string}}".to_owned(),
            Place::Header,
        ),
    ] {
        assert_eq!(with_parameter(&parameter).place, place, "{parameter}");
    }
}

#[test]
fn names_of_secrets_are_secret_in_any_spelling() {
    for (name, secret) in [
        ("Clerk-Secret-Key", true),
        ("clientSecret", true),
        ("country_code", false),
        ("secret_id", false),
    ] {
        let parameter = format!("{{name: {name}, in: header, schema: {{type: string}}}}");
        assert_eq!(with_parameter(&parameter).secret, secret, "{name}");
    }
}

#[test]
fn required_inputs_come_in_the_order_of_the_path_and_then_by_name() {
    let path = |name: &str| {
        format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}")
    };
    let api = lowered(&format!(
        "paths:
  /b/{{b}}/a/{{a}}:
    post:
      operationId: postA
      parameters: [{}, {}, {{name: d, in: query, required: true, schema: {{type: string}}}}]
      requestBody: {{content: {{application/json: {{schema: {{required: [c], properties: {{c: {{type: string}}, e: {{type: string}}}}}}}}}}}}
      {NO_CONTENT}",
        path("a"),
        path("b"),
    ));
    let operation = api.resources[0].operations.first().unwrap();
    let wire = |inputs: &[Input]| -> Vec<String> {
        inputs.iter().map(|input| input.wire.clone()).collect()
    };
    assert_eq!(wire(&operation.required), ["b", "a", "c", "d"]);
    assert_eq!(wire(&operation.optional), ["e"]);
}

#[test]
fn a_required_constant_is_filled_in_and_an_optional_one_is_an_input() {
    let operation = with_body(
        "application/json",
        "{required: [kind], properties: {kind: {enum: [widget]}, mode: {enum: [draft]}}}",
    );
    assert_eq!(
        operation.constants,
        [("kind".to_owned(), "widget".to_owned())]
    );
    assert!(operation.required.is_empty());
    assert_eq!(operation.optional[0].wire, "mode");
}

#[test]
fn a_nullable_field_can_be_cleared_or_takes_none() {
    let operation = with_body(
        "application/json",
        "{required: [owner], properties: {owner: {type: string, nullable: true}, color: {type: string, nullable: true}}}",
    );
    assert_eq!(operation.required[0].ty, optional(Type::Text));
    assert_eq!(operation.optional[0].ty, Type::Text);
    assert!(operation.optional[0].nullable);
}

#[test]
fn a_body_is_sent_if_it_or_a_field_of_it_is_required() {
    let body = |required: &str, schema: &str| {
        operation(&format!(
            "requestBody: {{{required}content: {{application/json: {{schema: {schema}}}}}}}\n{NO_CONTENT}"
        ))
        .body
    };
    let loose = "{properties: {a: {type: string}}}";
    assert!(!body("", loose).required);
    assert!(body("required: true, ", loose).required);
    assert!(body("", "{required: [a], properties: {a: {type: string}}}").required);
    assert!(body("", "{type: object, additionalProperties: true}").open);
}

#[test]
fn files_lists_and_raw_uploads_are_inputs_of_their_own() {
    let upload = with_body(
        "multipart/form-data",
        "{required: [file], properties: {file: {type: string, format: binary}}}",
    );
    assert_eq!(
        (upload.required[0].place, &upload.required[0].ty),
        (Place::File, &Type::File)
    );
    let raw = with_body("application/octet-stream", "{format: base64}");
    assert_eq!(raw.body.formats, [Format::OctetStream]);
    assert_eq!(raw.required[0].place, Place::File);
    let bulk = with_body("application/json", "{type: array, items: {type: string}}");
    assert_eq!(
        (bulk.required[0].place, &bulk.required[0].ty),
        (Place::Items, &list(Type::Text))
    );
}

#[test]
fn the_most_expressive_media_type_is_sent_by_default() {
    let schema = "{schema: {properties: {a: {type: string}}}}";
    let operation = operation(&format!(
        "requestBody: {{content: {{application/x-www-form-urlencoded: {schema}, application/json: {schema}}}}}\n{NO_CONTENT}"
    ));
    assert_eq!(operation.body.formats, [Format::Json, Format::Form]);
    assert_eq!(operation.optional.len(), 1);
}

#[test]
fn types_that_are_only_sent_have_three_states_and_setters() {
    let api = lowered(
        "paths:
  /a:
    put:
      operationId: putA
      requestBody: {content: {application/json: {schema: {properties: {
        sent: {$ref: '#/components/schemas/Sent'}, both: {$ref: '#/components/schemas/Both'}}}}}}
      responses:
        '200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}
components:
  schemas:
    Sent: {properties: {a: {type: string, nullable: true}, b: {type: string}}}
    Both: {properties: {a: {type: string, nullable: true}}}",
    );
    let presences = |name| -> Vec<Presence> {
        let fields = fields(&api, name).iter();
        fields.map(|field| field.presence).collect()
    };
    assert_eq!(
        presences("Sent"),
        [Presence::ThreeState, Presence::Optional]
    );
    assert_eq!(presences("Both"), [Presence::Optional]);
    let is_input = |name: &str| {
        let model = api.models.iter().find(|model| model.name == name);
        matches!(&model.unwrap().kind, ModelKind::Struct(structure) if structure.input)
    };
    assert!(is_input("Sent") && is_input("Both"));
}

#[test]
fn a_resource_is_named_by_overlay_then_group_then_tag_then_path() {
    let name = |keys: &str| {
        let api = lowered(&format!(
            "paths: {{'/v1/oauth_things/{{id}}': {{get: {{operationId: getIt, {keys}responses: {{'204': {{description: d}}}},
              parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]}}}}}}"
        ));
        let resource = api.resources.into_iter().next().unwrap();
        let operation = resource.operations.into_iter().next().unwrap();
        format!("{}.{}", resource.name, operation.method)
    };
    let speakeasy = "x-speakeasy-group: myThings, x-speakeasy-name-override: getOne, ";
    let overlay = "x-rust-resource: things, x-rust-method: get, ";
    assert_eq!(name(""), "oauth_things.get_it");
    assert_eq!(name("tags: [M2M Tokens], "), "m2m_tokens.get_it");
    assert_eq!(
        name(&format!("tags: [A], {speakeasy}")),
        "my_things.get_one"
    );
    assert_eq!(
        name(&format!("tags: [A], {speakeasy}{overlay}")),
        "things.get"
    );
    assert_eq!(
        name("x-rust-resource: type, x-rust-method: match, "),
        "type_.match_"
    );
}
