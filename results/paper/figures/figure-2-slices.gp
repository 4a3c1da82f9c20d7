# figure-2-slices.gp - 'gnuplot figure-2-slices.gp' draws figure-2-slices.svg and figure-2-slices.pdf from figure-2-slices.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 1050,852 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 17.5cm,14.2cm font 'Helvetica,11'
swell = 1
}
set output 'figure-2-slices.'.format
set multiplot layout 3,4 margins screen 0.075,0.99,0.0915,0.9824 spacing screen 0.02,0.0317
set xrange [0:10.5]
set yrange [0:20.5]
unset key
set xtics 2
set xlabel '' offset 0,0.4
set format x ''
set ylabel 'largest random gradient'
set format y '%g'
set label 1 'n = 500, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '6.1 + 1.03 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:5] 6.0860436441325714 + 1.0349098546388096*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 0 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 0 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 750, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.0 + 0.94 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:5] 7.0210892812043308 + 0.93625611469565417*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 1 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 1 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 750, d = 75' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '6.4 + 0.93 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:6.1237243569579451] 6.4451808394765742 + 0.93013361859798638*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 2 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 2 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 1000, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.8 + 0.90 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:4.4721359549995796] 7.7678820403725108 + 0.90315764576515634*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 3 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 3 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel 'largest random gradient'
set format y '%g'
set label 1 'n = 1000, d = 100' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '6.7 + 0.92 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:7.0710678118654755] 6.6914894234483384 + 0.91808828704165457*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 4 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 4 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 1500, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '8.5 + 1.04 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:4.6291004988627575] 8.4852722234664952 + 1.037668544445421*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 5 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 5 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 1500, d = 100' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.1 + 0.93 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:7.0710678118654755] 7.1340164691652976 + 0.93180274892623904*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 6 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 6 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel ''
set format y ''
set label 1 'n = 1500, d = 150' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.0 + 0.93 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:8.6602540378443873] 7.0293890456096833 + 0.93216043661532622*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 7 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 7 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel 'largest random gradient'
set format y '%g'
set label 1 'n = 2000, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '8.4 + 1.28 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:4.4721359549995796] 8.3848800628147409 + 1.2792154339216157*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 8 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 8 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel ''
set format y ''
set label 1 'n = 2000, d = 100' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.9 + 0.88 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:6.324555320336759] 7.8654166334301481 + 0.87979040900074157*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 9 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 9 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel ''
set format y ''
set label 1 'n = 2000, d = 200' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.6 + 0.88 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:10] 7.6353455667936849 + 0.8783134718384209*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 10 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 10 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
unset multiplot
unset output
}
