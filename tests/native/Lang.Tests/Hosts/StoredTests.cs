using System.Text;
using IronCage.Lang.Hosts;

namespace IronCage.Lang.Tests.Hosts;

public sealed class StoredTests
{
    [TestCase("GET", "https://api.openai.com/v1/responses/resp_1", Endpoint.Stored)]
    [TestCase("get", "https://api.openai.com/v1/responses/resp_1/?stream=true", Endpoint.Stored)]
    [TestCase("GET", "https://x.openai.azure.com/openai/v1/responses/resp_1?api-version=preview", Endpoint.Stored)]
    [TestCase("GET", "https://api.x.ai/v1/responses/resp_1", Endpoint.Stored)]
    [TestCase("GET", "https://api.openai.com/v1/responses/resp_1/input_items", Endpoint.None)]
    [TestCase("GET", "https://api.openai.com/v1/responses", Endpoint.None)]
    [TestCase("GET", "https://api.openai.com/v1/models/gpt-4o", Endpoint.None)]
    [TestCase("HEAD", "https://api.openai.com/v1/responses/resp_1", Endpoint.None)]
    [TestCase("DELETE", "https://api.openai.com/v1/responses/resp_1", Endpoint.None)]
    [TestCase("GET", "https://api.anthropic.com/v1/responses/resp_1", Endpoint.None)]
    [TestCase("GET", "https://example.org/v1/responses/resp_1", Endpoint.None)]
    [TestCase("POST", "https://api.openai.com/v1/responses/resp_1/cancel", Endpoint.None)]
    public void An_answer_that_is_fetched_is_recognised(string method, string url, Endpoint expected)
    {
        var target = new HostTable().Resolve(Encoding.UTF8.GetBytes(method), Encoding.UTF8.GetBytes(url));
        Assert.That(target.Endpoint, Is.EqualTo(expected));
        if (expected == Endpoint.Stored)
            Assert.That(target.Wire!.Understands, Is.EqualTo("responses"));
    }
}
