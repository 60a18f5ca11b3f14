using System.Text;
using IronCage.Lang.Completions;
using IronCage.Lang.Embeddings;

namespace IronCage.Lang.Tests.Embeddings;

public sealed class TokenInputTests
{
    [TestCase("\"one text\"", 1, 1, 0, 0)]
    [TestCase("[\"one\",\"two\"]", 2, 2, 0, 0)]
    [TestCase("[1,2,3]", 1, 0, 1, 3)]
    [TestCase("[[1,2],[3]]", 2, 0, 2, 3)]
    [TestCase("[]", 0, 0, 0, 0)]
    [TestCase("null", 0, 0, 0, 0)]
    public void Texts_and_token_numbers_are_inputs(string input, int messages, int texts, int arrays, long tokens)
    {
        Assert.That(EmbeddingsRequestReader.TryRead(Encoding.UTF8.GetBytes($$"""{"model":"text-embedding-3-small","input":{{input}}}"""), out var request, out var problem), Is.True, problem);
        Assert.That((request.Messages, request.Texts.Count, request.TokenArrays.Count, request.HiddenTokens, request.OutputLimit), Is.EqualTo((messages, texts, arrays, tokens, (long?)0)));
    }

    [TestCase("7")]
    [TestCase("{}")]
    [TestCase("[1,\"x\"]")]
    [TestCase("[\"x\",1]")]
    [TestCase("[[1],2]")]
    [TestCase("[-1]")]
    [TestCase("[1.5]")]
    [TestCase("[3000000000]")]
    [TestCase("[[1],[\"x\"]]")]
    [TestCase("[[[1]]]")]
    [TestCase("[null]")]
    public void Anything_else_is_an_error(string input)
    {
        Assert.That(EmbeddingsRequestReader.TryRead(Encoding.UTF8.GetBytes($$"""{"model":"m","input":{{input}}}"""), out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo("\"input\" is not a string, an array of strings, or arrays of token numbers from 0 to 2147483647"));
    }

    [TestCase("""{"model":"m","prompt":"x"}""", 1, 1, null)]
    [TestCase("""{"model":"m","prompt":["x","y"],"n":2,"max_tokens":5}""", 4, 4, 5L)]
    [TestCase("""{"model":"m","prompt":["x","y"],"n":2,"best_of":3,"max_tokens":5}""", 4, 6, 5L)]
    [TestCase("""{"model":"m","prompt":[1,2],"max_tokens":null}""", 1, 1, null)]
    public void Every_prompt_of_a_completion_is_answered_and_billed(string body, int answers, int billed, long? limit)
    {
        Assert.That(CompletionsRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out var request, out var problem), Is.True, problem);
        Assert.That((request.Answers, request.Choices, request.OutputLimit), Is.EqualTo((answers, billed, limit)));
    }

    [TestCase("""{"model":"m","prompt":"x","n":0}""", "\"n\" is not an integer from 1 to 128")]
    [TestCase("""{"model":"m","prompt":"x","best_of":1.5}""", "\"best_of\" is not an integer from 1 to 128")]
    [TestCase("""{"model":"m","prompt":{}}""", "\"prompt\" is not a string, an array of strings, or arrays of token numbers from 0 to 2147483647")]
    public void Completions_are_checked_too(string body, string expected)
    {
        Assert.That(CompletionsRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }
}
