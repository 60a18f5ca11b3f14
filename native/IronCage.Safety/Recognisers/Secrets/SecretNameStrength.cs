namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>How sure it is that the value of a name is a secret.</summary>
internal enum SecretNameStrength
{
    None,

    /// <summary>A signature: only a vendor's shape makes a secret of it.</summary>
    Signature,

    /// <summary>Token, pass, auth: often something else.</summary>
    Weak,

    /// <summary>The header of HTTP: a scheme and a credential.</summary>
    Authorization,

    /// <summary>Password, secret, API key.</summary>
    Strong,
}
