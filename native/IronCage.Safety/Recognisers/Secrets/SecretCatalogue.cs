using IronCage.Safety.Kinds;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Which recognisers find which kinds of secrets.</summary>
internal static class SecretCatalogue
{
    /// <summary>The shapes of all tokens, made ready once for all scanners.</summary>
    private static readonly TokenShape[] AllShapes = [.. TokenTables.All.SelectMany(TokenShape.Of)];

    public static IEnumerable<Recogniser> For(bool[] wanted)
    {
        if (wanted[SecretKinds.PrivateKey.Index])
        {
            yield return new PrivateKeyRecogniser();
            yield return new PuttyKeyRecogniser();
        }

        if (wanted[SecretKinds.Jwt.Index])
            yield return new JwtRecogniser();
        if (wanted[SecretKinds.BasicAuthUrl.Index])
            yield return new BasicAuthUrlRecogniser();

        TokenShape[] shapes = Array.FindAll(AllShapes, shape => wanted[shape.Kind.Index]);
        TokenShape[] urls = Array.FindAll(shapes, shape => shape.IsUrl);
        TokenShape[] triggered = Array.FindAll(shapes, shape => !shape.IsUrl && shape.IsTriggered);
        TokenShape[] untriggered = Array.FindAll(shapes, shape => !shape.IsUrl && !shape.IsTriggered && shape.Context is not null);
        if (triggered.Length > 0)
            yield return new TokenRecogniser(triggered);
        TokenShape[] numbered = Array.FindAll(triggered, shape => shape.StartsWith(NumberedTokenRecogniser.Head));
        if (numbered.Length > 0)
            yield return new NumberedTokenRecogniser(numbered);
        if (urls.Length > 0)
            yield return new WebhookRecogniser(urls);
        bool generic = wanted[SecretKinds.GenericSecret.Index];
        bool connections = wanted[SecretKinds.ConnectionString.Index];
        if (generic || connections || untriggered.Length > 0)
            yield return new AssignmentRecogniser(generic, connections, untriggered);
    }
}
