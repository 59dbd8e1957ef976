use super::*;
use crate::Source;
use crate::load::load;

const HEAD: &str = "
openapi: 3.0.3
info: {title: T, version: v1}
";

fn errors_of(text: &str) -> Vec<String> {
    let document = load(&Source {
        name: "d.yaml".to_owned(),
        text: text.to_owned(),
    });
    check(&document.unwrap(), "d.yaml")
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// The errors of a document with these schemas.
fn schemas(schemas: &str) -> Vec<String> {
    errors_of(&format!(
        "{HEAD}paths: {{}}\ncomponents:\n  schemas:\n    {}",
        schemas.replace('\n', "\n    ")
    ))
}

/// The errors of a document with this operation under `GET /v1/me/{id}`.
fn operation(operation: &str) -> Vec<String> {
    errors_of(&format!(
        "{HEAD}paths:\n  /v1/me/{{id}}:\n    get:\n      {}",
        operation.replace('\n', "\n      ")
    ))
}

const OPERATION: &str = "operationId: getMe
responses: {'200': {description: OK}}
parameters:
- {name: id, in: path, required: true, schema: {type: string}}";

#[test]
fn a_document_with_everything_is_fine() {
    let text = r##"
openapi: 3.0.3
info:
  title: T
  version: v1
  description: d
  x-logo: {url: u}
  contact: {email: e}
  license: {name: MIT}
  termsOfService: t
externalDocs: {url: u}
servers:
- url: https://{domain}.example.com
  variables: {domain: {default: x, description: d}}
security: [{}, {Bearer: [], Flag: []}]
tags: [{name: A, description: d, externalDocs: {url: u}}]
x-tagGroups: []
paths:
  x-note: anything
  /v1/empty: {}
  /v1/a/{id}.xml:
    post:
      tags: [A]
      operationId: a
      summary: s
      description: d
      deprecated: true
      x-speakeasy-group: g
      security: []
      parameters:
      - $ref: '#/components/parameters/Id'
      - {name: q, in: query, style: form, explode: false, example: 1, schema: {type: array, items: {type: string}}}
      - {name: H, in: header, schema: {type: string}}
      requestBody:
        description: d
        required: true
        content:
          application/json: {schema: {type: object, properties: {description: {type: string}}}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/B'}}
      responses:
        '200': {$ref: '#/components/responses/R'}
        '307': {description: d, headers: {Location: {schema: {type: string}, description: d}}}
components:
  securitySchemes:
    Bearer: {type: http, scheme: bearer, description: d}
    Flag: {type: apiKey, in: query, name: f}
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: string}}
  responses:
    R:
      description: d
      content: {application/json: {schema: {$ref: '#/components/schemas/A'}, examples: {x: {}}}}
  schemas:
    A:
      oneOf:
      - {$ref: '#/components/schemas/B', nullable: true, description: d, type: object}
      - {type: array, minItems: 1, items: {type: integer, format: int64, minimum: 0}}
      discriminator: {propertyName: object, mapping: {b: '#/components/schemas/B'}}
    B:
      type: object
      required: [a, undeclared]
      additionalProperties: {type: string, nullable: true}
      properties:
        a: {type: string, enum: [a, '', b], default: a, example: a, x-any: {z: 1}}
        $ref: {type: boolean, enum: [true]}
        list: {type: array, items: {}, additionalProperties: false}
"##;
    assert_eq!(errors_of(text), Vec::<String>::new());
}

#[test]
fn other_versions_are_told_apart() {
    assert_eq!(
        errors_of("swagger: '2.0'\npaths: 1\n"),
        [
            "error: unsupported version: Swagger 2.0\n  at d.yaml#/swagger\n  supported: OpenAPI 3.0.0 to 3.0.4"
        ]
    );
    assert_eq!(
        errors_of("openapi: 3.1.0\npaths: 1\n"),
        [
            "error: unsupported version: OpenAPI 3.1.0\n  at d.yaml#/openapi\n  supported: OpenAPI 3.0.0 to 3.0.4"
        ]
    );
    assert_eq!(
        errors_of("openapi: 3.0\n"),
        ["error: expected a string, found a number\n  at d.yaml#/openapi"]
    );
    assert_eq!(
        errors_of("paths: {}\n"),
        ["error: missing `openapi`\n  at d.yaml#\n  supported: OpenAPI 3.0.0 to 3.0.4"]
    );
}

#[test]
fn wrong_types_and_missing_keys_are_all_reported() {
    let text = "openapi: 3.0.3
info: {title: 1}
servers: {}
paths:
  /a:
    get: {operationId: a}
    post: {responses: {'200': {}}}
    put: []
";
    assert_eq!(
        errors_of(text),
        [
            "error: expected a string, found a number\n  at d.yaml#/info/title",
            "error: missing `version` in an info object\n  at d.yaml#/info",
            "error: expected an array, found an object\n  at d.yaml#/servers",
            "error: missing `responses` in an operation\n  at d.yaml#/paths/~1a/get",
            "error: missing `description` in a response\n  at d.yaml#/paths/~1a/post/responses/200",
            "error: missing `operationId` in an operation\n  at d.yaml#/paths/~1a/post",
            "error: expected an object, found an array\n  at d.yaml#/paths/~1a/put",
        ]
    );
}

#[test]
fn unsupported_keywords_are_named_with_those_that_are() {
    assert_eq!(
        schemas("A:\n  type: object\n  discriminator: {propertyName: a, x: 1}"),
        [
            "error: unsupported keyword `x` in a discriminator\n  at d.yaml#/components/schemas/A/discriminator/x\n  supported: `propertyName`, `mapping`, `x-...`"
        ]
    );
    for (schema, keyword) in [
        ("{not: {type: string}}", "not"),
        ("{type: object, patternProperties: {}}", "patternProperties"),
        ("{const: 1}", "const"),
        ("{xml: {}}", "xml"),
    ] {
        let errors = schemas(&format!("A: {schema}"));
        assert_eq!(errors.len(), 1, "{errors:?}");
        let start = format!("error: unsupported keyword `{keyword}` in a schema\n");
        assert!(errors[0].starts_with(&start), "{errors:?}");
        assert!(errors[0].contains("`$ref`, `title`, "), "{errors:?}");
    }
}

#[test]
fn schema_rules() {
    for (schema, message, place) in [
        ("{type: text}", "unsupported schema type `text`", "/type"),
        (
            "{type: [string, 'null']}",
            "expected a string, found an array",
            "/type",
        ),
        (
            "{type: array}",
            "missing `items` in a schema of type `array`",
            "",
        ),
        (
            "{type: string, items: {}}",
            "keyword `items` in a schema of type `string`",
            "/items",
        ),
        (
            "{type: array, items: {}, additionalProperties: {}}",
            "keyword `additionalProperties` in a schema of type `array`",
            "/additionalProperties",
        ),
        ("{oneOf: []}", "`oneOf` is empty", "/oneOf"),
        (
            "{allOf: {}}",
            "expected an array, found an object",
            "/allOf",
        ),
        ("{enum: []}", "`enum` is empty", "/enum"),
        ("{enum: [a, b, a]}", "duplicate value \"a\"", "/enum/2"),
        ("{enum: [1]}", "unsupported enum value: a number", "/enum/0"),
        (
            "{enum: [a, null]}",
            "unsupported enum value: null",
            "/enum/1",
        ),
        (
            "{enum: [a, true]}",
            "`enum` mixes strings and booleans",
            "/enum",
        ),
        (
            "{type: boolean, enum: [a]}",
            "enum value is a string, the schema's type is `boolean`",
            "/enum/0",
        ),
        ("{required: [a, a]}", "duplicate value \"a\"", "/required/1"),
        (
            "{required: [1]}",
            "expected a string, found a number",
            "/required/0",
        ),
        (
            "{required: true}",
            "expected an array, found a boolean",
            "/required",
        ),
        (
            "{additionalProperties: a}",
            "expected a boolean or an object, found a string",
            "/additionalProperties",
        ),
        (
            "{minLength: -1}",
            "expected a whole number from 0, found a number",
            "/minLength",
        ),
        (
            "{nullable: 'true'}",
            "expected a boolean, found a string",
            "/nullable",
        ),
        (
            "{properties: {a: text}}",
            "expected an object, found a string",
            "/properties/a",
        ),
        (
            "{description: 1}",
            "expected a string, found a number",
            "/description",
        ),
    ] {
        let errors = schemas(&format!("A: {schema}"));
        assert_eq!(errors.len(), 1, "{schema}: {errors:?}");
        let start = format!("error: {message}\n  at d.yaml#/components/schemas/A{place}");
        assert!(errors[0].starts_with(&start), "{schema}: {errors:?}");
    }
}

#[test]
fn references_must_resolve_to_the_right_kind() {
    let text = "A: {$ref: '#/components/schemas/B'}
B: {items: {$ref: 'other.yaml#/B'}}
C: {allOf: [{$ref: '#/components/schemas/Nope'}, {$ref: 5}]}
D: {properties: {a: {$ref: '#/components/schemas/B/items'}}}
E: {additionalProperties: {$ref: '#/components/responses/R'}}
F: {$ref: '#/components/schemas/B', properties: {}}";
    assert_eq!(
        schemas(text),
        [
            "error: `$ref` `other.yaml#/B` is not local\n  at d.yaml#/components/schemas/B/items/$ref\n  supported: `#/components/schemas/NAME`",
            "error: unresolved `$ref` `#/components/schemas/Nope`\n  at d.yaml#/components/schemas/C/allOf/0/$ref",
            "error: expected a string, found a number\n  at d.yaml#/components/schemas/C/allOf/1/$ref",
            "error: `$ref` `#/components/schemas/B/items` does not name a component of the kind needed here\n  at d.yaml#/components/schemas/D/properties/a/$ref\n  supported: `#/components/schemas/NAME`",
            "error: `$ref` `#/components/responses/R` does not name a component of the kind needed here\n  at d.yaml#/components/schemas/E/additionalProperties/$ref\n  supported: `#/components/schemas/NAME`",
            "error: unsupported keyword `properties` beside a `$ref`\n  at d.yaml#/components/schemas/F/properties\n  supported: `$ref` alone, or inside `allOf` with the rest beside it",
        ]
    );
}

#[test]
fn circles_are_reported_once_with_their_chain() {
    let text = "A: {properties: {b: {$ref: '#/components/schemas/B'}, s: {$ref: '#/components/schemas/S'}}}
B: {type: array, items: {allOf: [{$ref: '#/components/schemas/C'}]}}
C: {oneOf: [{$ref: '#/components/schemas/S'}, {$ref: '#/components/schemas/B'}]}
R: {$ref: '#/components/schemas/R'}
S: {type: string}";
    assert_eq!(
        schemas(text),
        [
            "error: circular `$ref` to `#/components/schemas/B`\n  at d.yaml#/components/schemas/C/oneOf/1/$ref\n  via #/components/schemas/B\n  via #/components/schemas/C\n  supported: references that do not lead back to themselves",
            "error: circular `$ref` to `#/components/schemas/R`\n  at d.yaml#/components/schemas/R/$ref\n  via #/components/schemas/R\n  supported: references that do not lead back to themselves",
        ]
    );
}

#[test]
fn a_long_chain_of_references_is_no_circle() {
    let mut text = String::from("S0: {type: string}\n");
    for index in 1..5000 {
        text.push_str(&format!(
            "S{index}: {{$ref: '#/components/schemas/S{}'}}\n",
            index - 1
        ));
    }
    // From the far end, so that the search runs through the whole chain.
    let reversed: Vec<_> = text.lines().rev().collect();
    assert_eq!(schemas(&reversed.join("\n")), Vec::<String>::new());
}

#[test]
fn operations_must_agree_with_their_path() {
    let text = format!(
        "{HEAD}paths:
  me: {{}}
  /a/{{b: {{}}
  /a/b}}: {{}}
  /a/{{}}: {{}}
  /a/{{x}}/{{x}}: {{}}
  /a?b=c: {{}}
  /b/{{x}}.xml:
    get: {{operationId: a, responses: {{'200': {{description: d}}}}}}
  /b/{{y}}.xml:
    get:
      operationId: a
      responses: {{'200': {{description: d}}}}
      parameters:
      - {{$ref: '#/components/parameters/Z'}}
      - {{name: y, in: path, required: true, schema: {{}}}}
      - {{name: y, in: query, schema: {{}}}}
      - {{name: y, in: query, schema: {{}}}}
components:
  parameters:
    Z: {{name: z, in: path, required: true, schema: {{}}}}
"
    );
    assert_eq!(
        errors_of(&text),
        [
            "error: path `me` does not start with `/`\n  at d.yaml#/paths/me",
            "error: path `/a?b=c` holds a query or a fragment\n  at d.yaml#/paths/~1a?b=c",
            "error: path `/a/{b`: `{` without `}`\n  at d.yaml#/paths/~1a~1{b",
            "error: path `/a/b}`: `}` without `{`\n  at d.yaml#/paths/~1a~1b}",
            "error: path `/a/{}`: a template without a name\n  at d.yaml#/paths/~1a~1{}",
            "error: path `/a/{x}/{x}`: template `{x}` occurs twice\n  at d.yaml#/paths/~1a~1{x}~1{x}",
            "error: template `{x}` of the path has no path parameter\n  at d.yaml#/paths/~1b~1{x}.xml/get",
            "error: path `/b/{y}.xml` differs from `/b/{x}.xml` only in parameter names\n  at d.yaml#/paths/~1b~1{y}.xml",
            "error: duplicate operationId `a`, first at #/paths/~1b~1{x}.xml/get/operationId\n  at d.yaml#/paths/~1b~1{y}.xml/get/operationId",
            "error: path parameter `z` is not in the path `/b/{y}.xml`\n  at d.yaml#/paths/~1b~1{y}.xml/get/parameters/0\n  via #/components/parameters/Z",
            "error: duplicate query parameter `y`\n  at d.yaml#/paths/~1b~1{y}.xml/get/parameters/3",
        ]
    );
}

#[test]
fn parameters_bodies_and_responses_must_be_supported() {
    assert_eq!(operation(OPERATION), Vec::<String>::new());
    let parameter = |text: &str| operation(&format!("{OPERATION}\n- {text}"));
    for (text, message, place, supported) in [
        (
            "{name: c, in: cookie, schema: {}}",
            "unsupported parameter location `cookie`",
            "/in",
            "`path`, `query`, `header`",
        ),
        (
            "{name: c, in: query, style: deepObject, schema: {}}",
            "unsupported parameter style `deepObject`",
            "/style",
            "`form`, `spaceDelimited`",
        ),
        (
            "{name: c, in: header, style: form, schema: {}}",
            "unsupported parameter style `form`",
            "/style",
            "`simple`",
        ),
    ] {
        assert_eq!(
            parameter(text),
            [format!(
                "error: {message}\n  at d.yaml#/paths/~1v1~1me~1{{id}}/get/parameters/1{place}\n  supported: {supported}"
            )]
        );
    }
    assert!(
        parameter("{name: X, in: header, schema: {}}\n- {name: x, in: header, schema: {}}")[0]
            .starts_with("error: duplicate header parameter `x`")
    );
    let errors = parameter("{name: c, in: query, content: {application/json: {}}}");
    assert!(errors[0].starts_with("error: unsupported keyword `content` in a parameter"));
    assert!(errors[1].starts_with("error: missing `schema` in a parameter"));
    let text = "operationId: a
parameters:
- {name: id, in: path, schema: {type: string}}
requestBody: {content: {application/xml: {schema: {}}}}
responses:
  default: {description: d}
  2XX: {description: d}
  '200': {description: d, content: {application/pdf: {schema: {}}}}
security: [{Nope: []}]";
    let place = "  at d.yaml#/paths/~1v1~1me~1{id}/get";
    assert_eq!(
        operation(text),
        [
            format!("error: a path parameter without `required: true`\n{place}/parameters/0"),
            format!(
                "error: unsupported request media type `application/xml`\n{place}/requestBody/content/application~1xml\n  supported: `application/json`, `application/x-www-form-urlencoded`, `multipart/form-data`, `application/octet-stream`"
            ),
            format!(
                "error: unsupported status `default`\n{place}/responses/default\n  supported: three digits, from `100` to `599`"
            ),
            format!(
                "error: unsupported status `2XX`\n{place}/responses/2XX\n  supported: three digits, from `100` to `599`"
            ),
            format!(
                "error: unsupported response media type `application/pdf`\n{place}/responses/200/content/application~1pdf\n  supported: `application/json`, `text/html`, `text/plain`"
            ),
            format!(
                "error: security scheme `Nope` is not declared in the components\n{place}/security/0/Nope"
            ),
        ]
    );
}

#[test]
fn security_schemes_and_servers_must_be_supported() {
    let text = format!(
        "{HEAD}servers: [{{url: 'https://{{a}}.{{b}}', variables: {{a: {{default: x}}}}}}]
paths: {{}}
components:
  securitySchemes:
    A: {{type: oauth2, flows: {{}}}}
    B: {{type: http, scheme: digest}}
    C: {{type: apiKey, in: body}}
    'D D': {{type: http}}
"
    );
    let errors = errors_of(&text);
    let starts = [
        "error: server variable `b` is not declared\n  at d.yaml#/servers/0/url",
        "error: unsupported keyword `flows` in a security scheme\n",
        "error: unsupported security scheme type `oauth2`\n  at d.yaml#/components/securitySchemes/A/type\n  supported: `http`, `apiKey`",
        "error: unsupported HTTP authentication scheme `digest`\n",
        "error: unsupported API key location `body`\n",
        "error: missing `name` in a security scheme of type `apiKey`\n",
        "error: unsupported component name `D D`\n",
        "error: missing `scheme` in a security scheme of type `http`\n",
    ];
    assert_eq!(errors.len(), starts.len(), "{errors:#?}");
    for (error, start) in errors.iter().zip(starts) {
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn depth_is_bounded() {
    let mut schema = serde_json::json!({"type": "string"});
    for _ in 0..500 {
        schema = serde_json::json!({"type": "array", "items": schema});
    }
    let document = serde_json::json!({
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "v1"},
        "paths": {},
        "components": {"schemas": {"A": schema}},
    });
    let errors = check(&document, "d.yaml");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "nested deeper than 32 levels");
}
