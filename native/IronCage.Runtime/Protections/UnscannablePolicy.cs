namespace IronCage.Runtime.Protections;

/// <summary>What happens to content that no one can read: images, audio, files, encoded bodies. In order of severity.</summary>
public enum UnscannablePolicy
{
    Allow = 0,
    Warn = 1,
    Deny = 2,
}
