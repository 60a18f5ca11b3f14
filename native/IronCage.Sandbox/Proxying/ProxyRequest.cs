namespace IronCage.Sandbox.Proxying;

/// <summary>The head of a request to the proxy, read strictly.</summary>
/// <param name="IsTunnel">CONNECT: bytes go both ways. Else a plain HTTP request.</param>
/// <param name="Name">The normal name of the host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Head">What the host is sent: the request line in origin form and the headers that are not the proxy's, with the empty line. Empty for a tunnel.</param>
/// <param name="ContentLength">Bytes of the body.</param>
/// <param name="IsChunked">The body comes in chunks instead.</param>
internal sealed record ProxyRequest(bool IsTunnel, string Name, int Port, string Head, long ContentLength, bool IsChunked);
