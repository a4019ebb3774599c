namespace Kindred.Gpu.Optimization;

/// <summary>How the learning rate grows with the batch B.</summary>
public enum RateScaling
{
    /// <summary>lr as given.</summary>
    None,

    /// <summary>lr·B/256 (Goyal et al. 2017).</summary>
    Linear,

    /// <summary>lr·√B (SimCLR, appendix B.1: 0.075·√B).</summary>
    Sqrt,
}

/// <summary>Learning rates as pure functions of the step.</summary>
public static class Schedule
{
    /// <summary>The peak rate of a batch of <paramref name="batch"/> images.</summary>
    public static double Peak(double lr, int batch, RateScaling scaling) => scaling switch
    {
        RateScaling.Linear => lr * batch / 256,
        RateScaling.Sqrt => lr * Math.Sqrt(batch),
        _ => lr,
    };

    /// <summary>
    /// Linear warm-up times cosine: peak·½(1 + cos(π·done/total))·min(1, (done + 1)/(warmup·total + 1)).
    /// </summary>
    /// <param name="peak">The highest rate.</param>
    /// <param name="done">Steps before this one, 0 … total − 1.</param>
    /// <param name="total">Steps of the whole run.</param>
    /// <param name="warmup">Share of the run that warms up, 0 … 1.</param>
    public static double Rate(double peak, long done, long total, double warmup = 0.05) =>
        peak * 0.5 * (1 + Math.Cos(Math.PI * done / total)) * Math.Min(1, (done + 1) / (warmup * total + 1));
}
