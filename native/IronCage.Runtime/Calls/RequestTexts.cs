using IronCage.Cost;
using IronCage.Lang;

namespace IronCage.Runtime.Calls;

/// <summary>The texts of a request for a tokenizer: those of the definitions count as a whole, with their structure.</summary>
internal sealed class RequestTexts : IRequestTexts
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly List<TextSpan> _texts = [];
    private readonly byte[] _tools;
    private byte[] _scratch = [];

    public RequestTexts(LlmRequest request, ReadOnlyMemory<byte> body)
    {
        _body = body;
        foreach (var text in request.Texts)
        {
            if (!request.Definitions.Exists(d => text.Start >= d.Start.Value && text.End <= d.End.Value))
                _texts.Add(text);
        }
        _texts.AddRange(request.Signed);
        _texts.AddRange(request.Opaque);
        _tools = [.. request.Definitions.SelectMany(d => body[d].ToArray())];
    }

    public int Count => _texts.Count;

    public ReadOnlySpan<byte> Text(int index) => _texts[index].Read(_body.Span, ref _scratch);

    public ReadOnlySpan<byte> Tools => _tools;
}
