// The rival of tests/bench/tokens.py: Microsoft.ML.Tokenizers. Reads lines "tokenizer path", counts the file's text once and answers with the seconds of it and the tokens.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Tokenizers;

var tokenizers = new Dictionary<string, TiktokenTokenizer>();
while (Console.ReadLine() is { } line)
{
    var (name, path) = (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
    if (!tokenizers.TryGetValue(name, out var tokenizer))
        tokenizers.Add(name, tokenizer = TiktokenTokenizer.CreateForEncoding(name));
    var text = File.ReadAllText(path); // as UTF-16: the conversion is not counted against it
    var before = Process.GetCurrentProcess().TotalProcessorTime;
    var tokens = tokenizer.CountTokens(text, considerNormalization: false);
    var took = Process.GetCurrentProcess().TotalProcessorTime - before;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:F6} {tokens}"));
}
