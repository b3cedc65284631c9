# Make a golden file of R's answers from any microdata.
#
#   Rscript make_golden.R data.csv expected.csv weight stratum psu \
#     categorical=q1,q2 numeric=x1,x2 domains=mun,sexo,mun+sexo
#
# stratum or psu "-" means none. Empty cells are excluded as a domain, as the kernel's rule "exclude" does.
# Columns: statistic, variable, level, domain_kind, domain, estimate, se, ci_low, ci_high, df, deff_wr, n.
# Intervals: logit (xlogit) for shares, Wald for means and totals, both with Student's t on the domain's
# PSUs minus strata. 15 significant digits.
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust")
arguments <- commandArgs(trailingOnly = TRUE)
option <- function(name) {
  found <- grep(paste0("^", name, "="), arguments, value = TRUE)
  if (length(found)) strsplit(sub("^[^=]*=", "", found[1]), ",")[[1]] else character(0)
}
data <- read.csv(arguments[1], stringsAsFactors = FALSE)
design <- svydesign(
  ids = if (arguments[5] == "-") ~1 else as.formula(paste0("~", arguments[5])),
  strata = if (arguments[4] == "-") NULL else as.formula(paste0("~", arguments[4])),
  weights = as.formula(paste0("~", arguments[3])), data = data
)
rows <- list()
keep <- function(statistic, variable, level, kind, domain, m, d, logit) {
  p <- unname(coef(m)[1])
  se <- unname(SE(m)[1])
  df <- degf(d)
  t <- suppressWarnings(qt(0.975, df))
  low <- p - t * se
  high <- p + t * se
  if (logit) {
    half <- t * se / (p * (1 - p))
    low <- plogis(qlogis(p) - half)
    high <- plogis(qlogis(p) + half)
    if (p <= 0 || p >= 1) low <- high <- NA
  }
  effect <- attr(m, "deff")
  effect <- if (is.null(effect)) NA else effect[1]
  rows[[length(rows) + 1]] <<- data.frame(
    statistic = statistic, variable = variable, level = level, domain_kind = kind, domain = domain,
    estimate = p, se = se, ci_low = low, ci_high = high, df = df, deff_wr = effect, n = nrow(d)
  )
}
for (kind in c("total", option("domains"))) {
  columns <- if (kind == "total") character(0) else strsplit(kind, "+", fixed = TRUE)[[1]]
  cell <- if (length(columns)) do.call(paste, c(data[columns], sep = "*")) else rep("total", nrow(data))
  for (domain in sort(unique(cell))) {
    for (variable in c(option("categorical"), option("numeric"))) {
      d <- subset(design, cell == domain & !is.na(data[[variable]]))
      if (variable %in% option("numeric")) {
        d$variables$y <- d$variables[[variable]]
        keep("mean", variable, "", gsub("+", "*", kind, fixed = TRUE), domain, svymean(~y, d, deff = "replace"), d, FALSE)
      } else {
        for (level in sort(unique(na.omit(data[[variable]])))) {
          d$variables$y <- as.numeric(d$variables[[variable]] == level)
          keep("proportion", variable, as.character(level), gsub("+", "*", kind, fixed = TRUE), domain,
               svymean(~y, d, deff = "replace"), d, TRUE)
        }
      }
    }
  }
}
table <- do.call(rbind, rows)
numbers <- c("estimate", "se", "ci_low", "ci_high", "df", "deff_wr", "n")
table[numbers] <- lapply(table[numbers], function(x) formatC(as.numeric(x), digits = 15, format = "g"))
table[] <- lapply(table, function(x) ifelse(trimws(x) %in% c("NA", "NaN"), "", trimws(x)))
write.csv(table, arguments[2], row.names = FALSE, quote = FALSE)
