namespace IronCage.State;

/// <summary>Stands between the statements of a file. Only tests have one, which kill the process there or let a statement fail: nothing that a user sets leads here.</summary>
internal interface IStatementProbe
{
    /// <summary>Called before a statement goes to its next row.</summary>
    /// <returns>0, or the SQLite result code with which it fails without having run.</returns>
    int Before(string sql);

    /// <summary>Called when it has.</summary>
    /// <returns>0, or the SQLite result code with which it fails though it has run.</returns>
    int After(string sql);
}
