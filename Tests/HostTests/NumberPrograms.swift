/// What jq programs do to numbers that a double cannot hold. The page is `MappingNumberTests.page`.
enum NumberPrograms {
  private static let a = "1000000000000000001"
  private static let b = "2000000000000000003"

  /// Programs that must give exactly this.
  static let right: [(String, String)] =
    moves + comparisons + texts + [
      ("null + .a", a), (".a + null", a), ("[.a] | add", a), ("[.a] + [.b]", "[\(a),\(b)]"),
      ("{x: .a} + {y: .b}", #"{"x":\#(a),"y":\#(b)}"#),
      ("{x: {y: .a}} * {x: {z: .b}}", #"{"x":{"y":\#(a),"z":\#(b)}}"#),
      ("[.a, .b] - [\(a)]", "[\(b)]"), ("null | .[9007199254740993]", "null"),
      (".a | type", #""number""#), (".a and .b", "true"), (".a | not", "false"),
      (
        "[.a | numbers, scalars, values, scalars_or_empty, (strings, nulls, booleans, arrays, "
          + "objects, iterables)]", "[\(a),\(a),\(a),\(a)]"
      ),
      (".a | ltrimstr(\"1\"), rtrimstr(\"1\"), ltrimstr(.)", "\(a) \(a) \(a)"),
      ("3.14159265358979323846 * 2", "6.283185307179586"),
      ("3.14159265358979323846", "3.14159265358979323846"),
    ]

  private static let moves: [(String, String)] = [
    (".a", a), (".h", "1e400"), (".t", "1e-400"), (".f", "0.12345678901234567890"),
    (".o | .[]", #"\#(a) "y""#), (".o[\"a\"]", a), ("[.l, .a][1:][0]", a), ("[.. | numbers][0]", a),
    (".a as $x | [$x, $x]", "[\(a),\(a)]"), (".o as {a: $x} | $x", a), ("[.a] as [$x] | $x", a),
    ("if .a then .a else 1 end", a), (".nope // .a", a), (".a //= 1 | .a", a),
    (".one = .a | .one", a), (".one |= 7 | .a", a), (".a |= . | .a", a), ("try .a catch 1", a),
    ("try error(.a) catch .", a), ("try (.a | error) catch .", a), ("label $x | .a, break $x", a),
    ("reduce .o.a as $x (null; $x)", a), ("foreach .o.a as $x (0; $x; [.])", "[\(a)]"),
    ("[.a] | map(.)", "[\(a)]"), (".o | map_values(.)", #"{"a":\#(a),"x":"y"}"#),
    (".o | to_entries | from_entries", #"{"a":\#(a),"x":"y"}"#),
    (".o | with_entries(.value |= .)", #"{"a":\#(a),"x":"y"}"#), (".o | del(.x)", #"{"a":\#(a)}"#),
    (".o | delpaths([[\"x\"]])", #"{"a":\#(a)}"#), ("getpath([\"o\", \"a\"])", a),
    ("setpath([\"one\"]; .a) | .one", a), (".o | [path(.a)]", #"[["a"]]"#),
    (".o | [paths, paths(numbers), leaf_paths]", #"[["a"],["x"],["a"],["a"],["x"]]"#),
    (".o | tostream", #"[["a"],\#(a)] [["x"],"y"] [["x"]]"#),
    (".o | fromstream(tostream)", #"{"a":\#(a),"x":"y"}"#),
    ("[1, .a | truncate_stream([[\"x\", \"y\"], 1])]", #"[[["y"],1]]"#),
    (".o | walk(.)", #"{"a":\#(a),"x":"y"}"#), ("[.a] | walk(.)", "[\(a)]"),
    ("[.o | recurse] | length", "3"), ("[.o | recurse(.[]?)] | .[1]", a),
    ("[.a | recurse(empty)]", "[\(a)]"), ("[.o | recurse(.[]?; . != 5)] | .[1]", a),
    ("[.o | recurse_down] | .[1]", a), ("[.a, .b] | reverse", "[\(b),\(a)]"),
    ("[.a, [.b]] | flatten, flatten(1)", "[\(a),\(b)] [\(a),\(b)]"),
    ("[[.a], [.b]] | transpose", "[[\(a),\(b)]]"), ("[[.a], [.b]] | combinations", "[\(a),\(b)]"),
    ("[.a] | combinations(0)", "[]"), ("[.a, .b] | first, last, nth(1)", "\(a) \(b) \(b)"),
    ("first(.a, 1), last(1, .a), nth(1; 1, .a)", "\(a) \(a) \(a)"), ("[limit(1; .a, 1)]", "[\(a)]"),
    ("isempty(.a)", "false"), ("[.a | until(true; 1)]", "[\(a)]"),
    ("[.a | while(false; .)]", "[]"), ("[limit(2; .a | repeat(.))]", "[\(a),\(a)]"),
    (".a | select(true)", a), (".a | debug", a), (".a | tonumber", a), ("empty", ""),
    ("[.a | getpath([])]", "[\(a)]"), ("[.l | .[1] = 5] + [.a] | .[1]?", a),
    ("[input_line_number?, .a] | .[-1]", a), ("[.o | splits(\"x\")?]", "[]"),
  ]

  private static let comparisons: [(String, String)] = [
    (".a == \(a)", "true"), (".a != \(a)", "false"), (".a == 1000000000000000000", "false"),
    (".a == .s", "false"), (".a == 10000000000000000010e-1", "true"), (".h == 10e399", "true"),
    (".h == 1e401", "false"), (".a < .b, .a > .b, .a <= .a, .a >= .b", "true false true false"),
    (".c > 1e18, .c > 9007199254740992, .c < 9007199254740994", "false true true"),
    (".n < -9007199254740992", "true"), (".h > 1e308, .t > 0, .t < 1e-300", "true true true"),
    (".a < infinite, .a > -infinite, .h > -infinite", "true true true"),
    (".a > nan, nan > .a, .a == nan", "true false false"), (".a < \"\", .a > null", "true true"),
    ("[.b, .a, .c] | sort", "[9007199254740993,\(a),\(b)]"),
    ("[{i: .b}, {i: .a}] | sort_by(.i) | map(.i)", "[\(a),\(b)]"),
    ("[.a, .a, .b] | group_by(.)", "[[\(a),\(a)],[\(b)]]"),
    ("[.a, .b, .a] | unique", "[\(a),\(b)]"),
    ("[.a, 1000000000000000000] | unique_by(.)", "[1e+18,\(a)]"),
    ("[.a, .b, .c] | min, max", "9007199254740993 \(b)"),
    ("[.a, .b] | min_by(.), max_by(.)", "\(a) \(b)"), ("[1, .a] | index(\(a))", "1"),
    ("[.a, 1, .a] | indices(\(a)), rindex(\(a))", "[0,2] 2"), ("[.a] | contains([\(a)])", "true"),
    ("[.a] | contains([1000000000000000000]), inside([1, \(a)])", "false true"),
    ("{x: [.a]} == {x: [\(a)]}, {x: [.a]} == {x: [1000000000000000000]}", "true false"),
    ("[.c, .a, .b] | bsearch(\(a)), bsearch(3)", "1 -1"),
    ("[.a] | any(. == \(a)), any, all", "true true true"),
    ("[.a] | all(. == 1000000000000000000)", "false"),
    ("any(.a; . == \(a)), all(.a; . == \(a))", "true true"), (".a | IN(\(a)), IN(1)", "true false"),
    ("IN(.a; \(a)), IN(.a; 1000000000000000000)", "true false"), ("[.a] | index([\(a)])", "0"),
    ("limit(0; .a)", a), ("[.l[] | select(. < 2)]", "[1]"),
    (".z > 5, .z == 0, .z + 1", "false true 1"),
    ("[.o | .. | select(. == \(a))?]", "[\(a)]"), (".l | has(0), (0 | in([1]))", "true true"),
    ("[.a, .b] | to_entries | map(.key)", "[0,1]"),
  ]

  private static let texts: [(String, String)] = [
    (".a | tostring, tojson", #""\#(a)" "\#(a)""#),
    (
      "[.a, {x: .f}] | tojson",
      #""[1000000000000000001,{\"x\":0.12345678901234567890}]""#
    ),
    (
      ".a | @text, @json, @html, @uri, @sh",
      [String](repeating: "\"\(a)\"", count: 5).joined(separator: " ")
    ),
    (".a | format(\"text\"), format(\"json\")", #""\#(a)" "\#(a)""#),
    (".a | @base64", #""MTAwMDAwMDAwMDAwMDAwMDAwMQ==""#),
    (".a | @base64 | @base64d", #""\#(a)""#), ("[.a, .b] | @sh", #""\#(a) \#(b)""#),
    ("\"order \\(.a)\"", #""order \#(a)""#), ("{(.a | tostring): .a}", #"{"\#(a)":\#(a)}"#),
    ("{\"k\\(.a)\": 1}", #"{"k\#(a)":1}"#), ("[.a, \"x\"] | join(\"-\")", #""\#(a)-x""#),
    (".s | tonumber", a), ("\" 0001000000000000000001.50\" | tonumber", "1000000000000000001.50"),
    (
      "\".12345678901234567890\", \"+\(a)\", \"\(a).\", \"-0\(a)e1\" | tonumber",
      "0.12345678901234567890 \(a) \(a) -\(a)e1"
    ), (".s | fromjson", a),
    (".o | tojson | fromjson", #"{"a":\#(a),"x":"y"}"#), ("(.s | tonumber) == .a", "true"),
    ("INDEX(.o; .a)", #"{"\#(a)":{"a":\#(a),"x":"y"}}"#),
    ("[.o] | INDEX(.a) | keys", #"["\#(a)"]"#),
    ("[.o] | JOIN({(.[0].a | tostring): 5}; .a | tostring)", #"[[{"a":\#(a),"x":"y"},5]]"#),
    (
      "JOIN({(.s): 5}; .o; .a | tostring), JOIN({(.s): 5}; .o; .a | tostring; .[1])",
      #"[{"a":\#(a),"x":"y"},5] 5"#
    ),
    (
      #".a | tostring | length, utf8bytelength, startswith("1"), endswith("1"), test("^10+1$")"#,
      "19 19 true true true"
    ),
    (".a | tostring | explode | implode | ascii_downcase | ascii_upcase", #""\#(a)""#),
    (".a | tostring | [match(\"1$\").offset, (match(\"1\"; \"g\").offset)]", "[18,0,18]"),
    (#".a | tostring | sub("0+"; "-"), sub("0+"; "-"; "g")"#, #""1-1" "1-1""#),
    (
      #".a | tostring | gsub("1"; "2"), gsub("1"; "2"; "i")"#,
      #""2000000000000000002" "2000000000000000002""#
    ),
    (".a | tostring | split(\"0\") | [first, last]", #"["1","1"]"#),
    (
      ".a | tostring | [splits(\"0+\")], [splits(\"0+\"; \"g\")], split(\"0+\"; \"g\")",
      #"["1","1"] ["1","1"] ["1","1"]"#
    ),
    (#".a | tostring | [scan("1")], test("1"; "g")"#, #"["1","1"] true"#),
    (
      #".a | tostring | capture("(?<x>^1)"), capture("(?<x>^1)"; "g")"#, #"{"x":"1"} {"x":"1"}"#
    ),
  ]

  /// Programs that would calculate.
  static let refused: [String] = [
    ".a + 1", "1 + .a", ".a + .b", ".h + .t", ".a - .b", ".a - 1", "1 - .a", ".a * 2", "2 * .a",
    "\"x\" * .a", ".a * \"x\"", ".a / 2", "2 / .a", ".b / .a", ".a % 7", "7 % .a", "-.a", "-.h",
    "[.a, .b] | add", ".a += 1", ".a -= 1", ".a *= 2", ".a /= 2", ".a %= 2", ".one += .a",
    "(.s | tonumber) + 1", "(.o | tojson | fromjson).a + 1", "[0, .a] | .[1] + .[0]",
    ".one + 9007199254740993", ".l | .[9007199254740993]", "try (.a + 1) catch 0", "[.a + 1]?",
    "[.a * 1 | empty]", "(.a + 1) as $x | 1", "\"\\(.a + 1)\"", ".h > infinite", ".h == infinite",
    "1e99999999999999999999 == (\"1e99999999999999999999\" | tonumber)", "\"[01\(a)]\" | fromjson",
    "\"{\\\"x\\\":+\(a)}\" | fromjson", ".a as $i | .l | .[$i]", ".a as $i | .l | .[$i:], .[:$i]",
    ".a as $i | .s | .[$i:]", ".a as $i | .l | has($i)", ".a as $i | .l | .[$i] = 1",
    ".f as $i | .l | del(.[$i])", ".a as $i | .l | getpath([$i])",
    ".a as $i | .l | setpath([$i]; 1)", ".a as $i | .l | delpaths([[$i]])",
    ".l as $l | .a | in($l)", ".a as $i | .l | nth($i)", "nth(.a; 1, 2)", "[limit(.a; 1, 2)]",
    "[range(.a)]", "[range(.a; .b)]", "[range(0; .a; .b)]", "[range(.a; .b; 1)]",
    ".a as $i | [[1]] | flatten($i)", ".a as $i | [1] | combinations($i)", "[.a] | implode",
    "[.a] | @csv", "[.a] | @tsv", ".a | length", ".a | isinfinite", ".a | isnan", ".a | isnormal",
    ".a | isfinite", ".a | normals", ".a | finites", ".a | stderr", ".a | gmtime", ".a | localtime",
    ".a | todate", ".a | todateiso8601", ".a | strftime(\"%Y\")", ".a | strflocaltime(\"%Y\")",
    "[.a, 1, 1, 1, 1, 1, 1, 1] | mktime", "[.a, 1, 1, 1, 1, 1, 1, 1] | todate",
    "[.n | truncate_stream([[1, 2], 3])]",
    "def n: reduce range(1000) as $i (.; [.]); (.a | n) == (.b | n)",
    "def n: reduce range(1000) as $i (.; [.]); (.a | n) < (.b | n)",
  ]

  static let mathematics: [String] =
    [
      "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "erf",
      "erfc", "exp", "exp10", "exp2", "expm1", "fabs", "floor", "frexp", "gamma", "j0", "j1",
      "lgamma", "lgamma_r", "log", "log10", "log1p", "log2", "logb", "modf", "nearbyint",
      "rint", "round", "significand", "sin", "sinh", "sqrt", "tan", "tanh", "tgamma", "trunc", "y0",
      "y1",
    ].map { ".a | \($0)" }
    + [
      "atan2", "copysign", "drem", "fdim", "fmax", "fmin", "fmod", "hypot", "jn", "ldexp",
      "nextafter", "nexttoward", "pow", "remainder", "scalb", "scalbln", "yn",
    ].flatMap { ["\($0)(.a; 1)", "\($0)(1; .a)"] }
    + ["fma(.a; 1; 1)", "fma(1; .a; 1)", "fma(1; 1; .a)"]

  /// Programs that are wrong for every number.
  static let wrong: [String] = [
    ".a + \"x\"", ".a + []", ".a - \"x\"", ".a * {}", ".a / \"x\"", ".a % \"x\"", ".a[0]", ".a.x",
    ".a[]", ".a | keys", ".a | keys_unsorted", ".a | explode", ".a | implode", ".a | sort",
    ".a | min", ".a | max", ".a | add", ".a | unique", ".a | group_by(.)", ".a | sort_by(.)",
    ".a | ascii_downcase", ".a | ascii_upcase", ".a | startswith(\"1\")", "\"1\" | startswith(1)",
    ".a | endswith(\"1\")", ".a | split(\"1\")", ".a | test(\"1\")", ".a | match(\"1\")",
    ".a as $x | \"1\" | test($x)", ".a | sub(\"1\"; \"2\")", ".a | fromjson", ".a | utf8bytelength",
    ".a | strptime(\"%Y\")", ".a | fromdate", ".a | fromdateiso8601", ".a | mktime", "{(.a): 1}",
    ".a as $x | .o | .[$x]", ".a as $x | .o | has($x)", ".a | error", "error(.a)",
    ".a | halt_error",
    "halt_error(.a)", "halt", "input", ".a | modulemeta", ".a | to_entries", ".a | from_entries",
    ".a | tojson | .[0]", ".a | contains(\"1\")", ".a as $x | .s | contains($x)", ".a | @csv",
    ".a | has(0)", ".a | pow10", "9007199254740993 as $x | \"abc\" | index($x)", ".a | transpose",
    ".a | join(\",\")",
  ]

  /// Functions that take no number, and give none of the page.
  static let withoutNumbers: Set<String> = [
    "builtins/0", "env/0", "get_jq_origin/0", "get_prog_origin/0", "get_search_list/0",
    "infinite/0", "inputs/0", "input_filename/0", "input_line_number/0", "nan/0", "now/0",
  ]
}
