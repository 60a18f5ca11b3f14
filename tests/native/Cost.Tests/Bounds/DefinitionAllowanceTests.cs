using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using IronCage.Tests;

namespace IronCage.Cost.Tests.Bounds;

public sealed class DefinitionAllowanceTests
{
    private static readonly PriceCatalogue Catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
    private static readonly TokenCounter Counter = new();
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static long Of(string json) => DefinitionAllowance.Of(Encoding.UTF8.GetBytes(json));

    [TestCase("", 0)]
    [TestCase("[]", 0)]
    [TestCase("""[{"function":{"parameters":{"properties":{"a":{},"enum":{},"properties":{"enum":["x","y"]}}}}}]""", 3 * 3 + 2 * 4)]
    [TestCase("""{"enum":["x",1,null,true,["y"]]}{"properties":{"a":{"properties":{"b":{"type":"object"}}}}}""", 5 * 4 + 2 * 3)]
    [TestCase("""{"properties":5,"enum":"x"}""", 0)]
    [TestCase("""{"pr\u006fperties":{"a":{}},"\u0065num":["x"]}""", 3 + 4)]
    [TestCase("{\"enum\":[", 9)]
    public void Properties_and_values_of_enumerations_are_allowed_for(string json, long tokens) => Assert.That(Of(json), Is.EqualTo(tokens));

    [Test]
    public void Nesting_as_deep_as_requests_are_read_is_counted() =>
        Assert.That(Of(string.Concat(Enumerable.Repeat("""{"properties":{"a":""", 128)) + "1" + new string('}', 256)), Is.EqualTo(128 * 3));

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char["abz XY1+-*/,.:;\"'{}[]_日é\n"], 0, 12],
        Gen.Int[0, 5].Select(i => new[] { "", "a", "celsius", "The city, e.g. San Francisco.", ",", "\",\"" }[i]));

    private static readonly Gen<JsonObject> Property = Gen.Select(Gen.Int[0, 4], Text, Gen.Bool, Text.Array[0, 60]).Select((type, description, described, values) =>
    {
        var property = new JsonObject();
        if (type < 4)
            property["type"] = new[] { "string", "integer", "array", "boolean" }[type];
        if (described)
            property["description"] = description;
        if (values.Length % 3 == 0)
            property["enum"] = new JsonArray([.. values.Select(v => JsonValue.Create(v))]);
        return property;
    });

    private static readonly Gen<JsonObject> Tool = Gen.Select(Text, Text, Gen.Bool, Gen.Select(Text, Property).Array[0, 20]).Select((name, description, described, properties) =>
    {
        var function = new JsonObject { ["name"] = name };
        if (described)
            function["description"] = description;
        if (properties.Length > 0)
        {
            var schema = new JsonObject();
            foreach (var (key, property) in properties)
                schema[key] = property.DeepClone();
            function["parameters"] = new JsonObject { ["type"] = "object", ["properties"] = schema };
        }
        return new JsonObject { ["type"] = "function", ["function"] = function };
    });

    [TestCase("gpt-4o")]
    [TestCase("gpt-4")]
    public void The_bound_is_never_below_the_published_rules(string model)
    {
        var price = Catalogue.Find(model)!;
        var message = Gen.Select(Gen.Int[0, 3], Text, Gen.Bool, Text).Select((role, content, named, name) => (Role: new[] { "system", "user", "assistant", "tool" }[role], Content: content, Name: named ? name : null));
        Gen.Select(message.Array[0, 20], Tool.Array[0, 4]).Sample((messages, tools) =>
        {
            var array = new JsonArray([.. tools.Select(t => t.DeepClone())]);
            var published = PublishedRules.Messages(messages, price.Tokenizer!) + PublishedRules.Tools(array, price.Tokenizer!);
            var shape = Texts.Shape(price, [.. messages.SelectMany(m => new[] { m.Role, m.Content, m.Name }).OfType<string>()], tools.Length > 0 ? array.ToJsonString(Compact) : "", tools.Length)
                with { Messages = messages.Length };
            var bounds = new SpendingBound(Counter, new Margins());
            return bounds.Exact(shape).InputTokens >= published && bounds.Cheap(shape).InputTokens >= published;
        }, iter: Counts.Of(500));
    }
}
