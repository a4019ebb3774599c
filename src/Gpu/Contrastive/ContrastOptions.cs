namespace Kindred.Gpu.Contrastive;

/// <summary>What an anchor is compared with: the views of its batch, the memory bank, or both.</summary>
public enum NegativeSource { Batch, Bank, BatchAndBank }

/// <summary>What becomes of a detected false negative: it stays a negative, leaves the denominator, or becomes a positive.</summary>
public enum CancelMode { None, Eliminate, Attract }

/// <summary>Which views of an image vote in detection: all of them (the released code) or the extra ones only (the paper's text).</summary>
public enum SupportViews { All, ExtraOnly }

/// <summary>How the votes of an image's support views become one score.</summary>
public enum Aggregate { Max, Mean }

/// <summary>Which views' keys go into the bank.</summary>
public enum BankViews { All, Main }

/// <summary>
/// What is learned from: the contrastive loss, its columns and its detection of false negatives
/// (Huynh et al., "Boosting contrastive self-supervised learning with false negative cancellation", arXiv 2011.11765).
/// </summary>
/// <param name="Tau">Temperature τ &gt; 0.</param>
/// <param name="Views">Main views per image; they come first among the V = Views + Support views.</param>
/// <param name="Support">Extra views per image; they vote in detection and are anchors like the others.</param>
/// <param name="TopK">At most this many columns are detected per image; 0: no such limit.</param>
/// <param name="Threshold">Only columns with a cosine above it are detected; −1: no such limit, 1 or more: none is.</param>
/// <param name="Oracle">Detect every column of every other image with the same label instead.</param>
/// <param name="BankCurrent">With <see cref="NegativeSource.Bank"/>: the step's own keys are the newest rows while it computes.</param>
/// <param name="BankLength">Rows of the bank.</param>
public sealed record ContrastOptions(
    double Tau = 0.2, NegativeSource Negatives = NegativeSource.Batch, CancelMode Mode = CancelMode.Attract,
    int Views = 2, int Support = 2, SupportViews SupportViews = SupportViews.All,
    int TopK = 4, double Threshold = 0.7, Aggregate Aggregate = Aggregate.Max, bool Oracle = false,
    bool BankCurrent = true, BankViews BankViews = BankViews.All, int BankLength = 65_536)
{
    /// <summary>V: every view of an image is an anchor.</summary>
    public int AllViews => Views + Support;

    /// <summary>Whether the loss has a bank.</summary>
    public bool UsesBank => Negatives != NegativeSource.Batch;

    /// <summary>Whether false negatives can be told at all, by score or by label.</summary>
    public bool Detects => Oracle || TopK > 0 || Threshold > -1;

    /// <summary>The first voting view and the number of them.</summary>
    internal (int First, int Count) Voters =>
        SupportViews == SupportViews.ExtraOnly && Support > 0 ? (Views, Support) : (0, AllViews);

    /// <summary>How many views of an image are columns that hold its positives.</summary>
    internal int ColumnViews => Negatives == NegativeSource.Bank && BankViews == BankViews.Main ? Views : AllViews;

    /// <summary>Whether the step's own columns are shared by all its anchors, or each image sees only its own.</summary>
    internal bool SharesStepColumns => Negatives != NegativeSource.Bank || BankCurrent;

    /// <exception cref="ContrastException">The options contradict one another; the message says how.</exception>
    internal void Check()
    {
        Require(double.IsFinite(Tau) && Tau > 0, $"the temperature must be positive, not {Tau}");
        Require(Views >= 1 && Support >= 0 && AllViews >= 2, $"an anchor needs another view of its image: views + support = {AllViews}");
        Require(TopK >= 0, $"top-k must be 0 (off) or more, not {TopK}");
        Require(!double.IsNaN(Threshold), "the threshold is not a number");
        Require(Mode == CancelMode.None || Detects, "top-k and threshold are both off: every column would be a false negative");
        Require(ColumnViews >= 2, "a bank of main views needs at least 2 of them, or the anchors have no positive");
        Require(!UsesBank || BankLength >= 1, $"the bank needs at least one row, not {BankLength}");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new ContrastException(otherwise);
    }
}

/// <summary>Options, inputs or a saved state that don't fit one another; the message is one line for the user.</summary>
public sealed class ContrastException(string message) : Exception(message);
